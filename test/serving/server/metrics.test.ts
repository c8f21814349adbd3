import { expect, it } from 'vitest'
import { Metrics } from '../../../src/serving/server/metrics.ts'

it('metrics are written as Prometheus reads them', () => {
  const metrics = new Metrics()
  const count = metrics.counter('requests_total', 'Requests.', ['code', 'path'])
  const observe = metrics.histogram('size', 'Sizes.', [1, 4])
  metrics.reading('queue', 'Waiting.', () => 3)
  count(['200', 'a"\\\n'])
  count(['200', 'a"\\\n'], 2)
  count(['404', ''])
  for (const size of [1, 2, 9]) observe(size)
  expect(metrics.write()).toBe(
    [
      '# HELP requests_total Requests.',
      '# TYPE requests_total counter',
      'requests_total{code="200",path="a\\"\\\\\\n"} 3',
      'requests_total{code="404",path=""} 1',
      '# HELP size Sizes.',
      '# TYPE size histogram',
      'size_bucket{le="1"} 1',
      'size_bucket{le="4"} 2',
      'size_bucket{le="+Inf"} 3',
      'size_sum 12',
      'size_count 3',
      '# HELP queue Waiting.',
      '# TYPE queue gauge',
      'queue 3',
      '',
    ].join('\n'),
  )
})
