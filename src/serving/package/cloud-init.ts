/** What the VM runs, and how. */
export interface ContainerUnit {
  readonly image: string
  /** Host that the image is fetched from; where absent, the first part of its name. */
  readonly registry?: string
  readonly port: number
  /** GPUs in the VM. */
  readonly gpus: number
  readonly env: Readonly<Record<string, string>>
}

/**
 * `user-data` of a Container-Optimized OS VM: a systemd unit that runs the image, because containers declared in
 * metadata are deprecated. With GPUs the unit waits for the driver, which the VM installs at its first start. What the
 * container prints goes to the serial port too, where it can be read when nothing answers.
 */
export function cloudInit(unit: ContainerUnit): string {
  const after = `network-online.target docker.service${unit.gpus > 0 ? ' gpu-driver.service' : ''}`
  return [
    '#cloud-config',
    'users:',
    '  - name: model',
    '    uid: 2000',
    'write_files:',
    ...(unit.gpus > 0 ? GPU_DRIVER : []),
    ...file('/etc/systemd/system/model.service', [
      '[Unit]',
      'Description=Model server',
      `Wants=${after}`,
      `After=${after}`,
      ...(unit.gpus > 0 ? ['Requires=gpu-driver.service'] : []),
      '[Service]',
      'Environment="HOME=/home/model"',
      `ExecStartPre=/usr/bin/docker-credential-gcr configure-docker --registries ${unit.registry ?? registryOf(unit.image)}`,
      `ExecStart=/usr/bin/docker run ${dockerOptions(unit).join(' ')} ${unit.image}`,
      'ExecStop=/usr/bin/docker stop --time=10 model',
      'StandardOutput=journal+console',
      'StandardError=journal+console',
      'Restart=always',
      'RestartSec=5',
    ]),
    'runcmd:',
    `  - iptables -w -A INPUT -p tcp --dport ${unit.port} -j ACCEPT`,
    '  - systemctl daemon-reload',
    '  - systemctl start model.service',
    '',
  ].join('\n')
}

/** As Google's guide for GPUs on Container-Optimized OS has it (2026-08): install, then let the libraries execute. */
const GPU_DRIVER = file('/etc/systemd/system/gpu-driver.service', [
  '[Unit]',
  'Description=NVIDIA driver',
  'Wants=network-online.target',
  'After=network-online.target',
  '[Service]',
  'Type=oneshot',
  'RemainAfterExit=true',
  'TimeoutStartSec=1200',
  'ExecStart=/usr/bin/cos-extensions install gpu',
  'ExecStart=/bin/mount --bind /var/lib/nvidia /var/lib/nvidia',
  'ExecStart=/bin/mount -o remount,exec /var/lib/nvidia',
  'StandardOutput=journal+console',
  'StandardError=journal+console',
])

function file(path: string, lines: readonly string[]): string[] {
  const body = lines.map((line) => `      ${line}`)
  return [`  - path: ${path}`, "    permissions: '0644'", '    owner: root', '    content: |', ...body]
}

function dockerOptions({ port, gpus, env }: ContainerUnit): string[] {
  const devices = Array.from({ length: gpus }, (_, index) => `/dev/nvidia${index}`)
  const gpuOptions = [
    '--volume=/var/lib/nvidia/lib64:/usr/local/nvidia/lib64',
    '--volume=/var/lib/nvidia/bin:/usr/local/nvidia/bin',
    '--env=LD_LIBRARY_PATH=/usr/local/nvidia/lib64',
    ...[...devices, '/dev/nvidia-uvm', '/dev/nvidiactl'].map((device) => `--device=${device}:${device}`),
  ]
  return [
    '--rm',
    '--name=model',
    `--publish=${port}:${port}`,
    ...Object.entries({ PORT: String(port), ...env }).map(([name, value]) => `"--env=${name}=${value}"`),
    ...(gpus > 0 ? gpuOptions : []),
  ]
}

/** The first part of an image's name, where it has a host: `us-central1-docker.pkg.dev`. */
function registryOf(image: string): string {
  return image.split('/')[0] ?? image
}
