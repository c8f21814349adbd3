/** The page's look: dark where the reader's system is, one column on a phone, plain on paper. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#ffffff;--raised:#f4f6f8;--ink:#17202a;--soft:#4a5663;--line:#7b8794;--grid:#e3e7eb;--faint:#9aa5b1;--link:#0b5cad;--limit:#b3261e;--good:#00694d;--warn:#8a5300;--bad:#b3261e;--band:#c9ddf2;
--c1:#0068ad;--c2:#d98200;--c3:#008a66;--c4:#b0578d;--c5:#4e9fd1;--c6:#c8500a}
@media (prefers-color-scheme:dark){:root{--paper:#12171c;--raised:#1c232a;--ink:#e8edf2;--soft:#b3bec9;--line:#8793a0;--grid:#2b343d;--faint:#66727e;--link:#8ec5ff;--limit:#ff9a8f;--good:#5fd6ae;--warn:#f2b64f;--bad:#ff9a8f;--band:#24415e;
--c1:#56a8f0;--c2:#f0a830;--c3:#35c49a;--c4:#e08fc2;--c5:#9ad4f7;--c6:#ff8a4c}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:1000px;margin:0 auto;padding:0 20px}
header{padding-top:32px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.3rem;margin:48px 0 12px;padding-top:16px;border-top:1px solid var(--grid)}
h3{font-size:1.08rem;margin:0 0 4px}
p{margin:0 0 10px}
a{color:var(--link)}
a.term{color:inherit;text-decoration:underline dotted;text-underline-offset:3px}
.sub{color:var(--soft)}
.verdict{margin:20px 0;padding:20px 22px;background:var(--raised);border-left:5px solid var(--good);border-radius:4px}
.verdict.none{border-color:var(--warn)}.verdict.failed{border-color:var(--bad)}
.verdict .who{font-size:1.35rem;font-weight:700;line-height:1.3;margin:2px 0 12px}
.tag{display:inline-block;font-size:.8rem;font-weight:650;padding:1px 8px;border:1px solid currentColor;border-radius:3px}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.dim{color:var(--soft)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:14px 24px;margin:0}
.facts dt{font-size:.85rem;color:var(--soft)}
.facts dd{margin:0;font-size:1.2rem;font-weight:650;font-variant-numeric:tabular-nums}
.facts dd small{display:block;font-size:.85rem;font-weight:400;color:var(--soft)}
ul.plain{padding-left:20px;margin:0 0 12px}ul.plain li{margin:4px 0}
nav{margin:14px 0 0;font-size:.92rem}nav a{margin-right:16px;white-space:nowrap}
figure{margin:28px 0 36px}figcaption p{color:var(--soft);font-size:.94rem;margin-bottom:8px}
.chart svg{display:block;width:100%;height:auto}.chart svg.narrow{display:none}
svg text{unicode-bidi:isolate}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:8px 0;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:7px}.legend svg{flex:none}
details{margin:8px 0}summary{cursor:pointer;color:var(--link)}
.scroll{overflow-x:auto;margin:8px 0 14px}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:6px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);overflow-wrap:normal}
thead th{color:var(--soft);font-weight:600;border-bottom:1.5px solid var(--line)}
tbody th{font-weight:500;min-width:11em}
.n{text-align:right}.n,.t{white-space:nowrap}
td small{display:block;color:var(--soft);font-size:.88em}
.why{min-width:15em}
tr.best th{font-weight:700}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
dl.words div{margin:0 0 10px}dl.words dt{font-weight:650}dl.words dd{margin:0;color:var(--soft)}
dl.words div:target{background:var(--raised)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
footer{padding-top:24px;padding-bottom:40px;color:var(--soft);font-size:.9rem}
@media (max-width:640px){body{font-size:15px}main,header,footer{padding-left:16px;padding-right:16px}.verdict{padding:16px}.chart svg.wide{display:none}.chart svg.narrow{display:block}h1{font-size:1.4rem}.verdict .who{font-size:1.15rem}}
@media print{:root{color-scheme:light;--paper:#fff;--raised:#fff;--ink:#000;--soft:#333;--line:#777;--grid:#ccc;--faint:#999;--link:#000;--limit:#a00;--good:#00543d;--warn:#6b4000;--bad:#a00;--band:#cfe0f2;--c1:#0068ad;--c2:#d98200;--c3:#008a66;--c4:#b0578d;--c5:#4e9fd1;--c6:#c8500a}
body{font-size:10.5pt}main,header,footer{max-width:none;padding:0}nav,figure details{display:none}summary{list-style:none;color:var(--ink)}summary::-webkit-details-marker{display:none}details::details-content{content-visibility:visible;block-size:auto}.chart svg.wide{display:block}.chart svg.narrow{display:none}
figure,tr,.verdict{break-inside:avoid}h2,h3,summary,thead{break-after:avoid}tbody tr:first-child{break-before:avoid}.scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:3px 5px;min-width:0!important}.verdict{border:1px solid #777;border-left:5px solid var(--good)}@page{margin:14mm}}
`.trim()
