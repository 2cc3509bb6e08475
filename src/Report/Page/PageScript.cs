namespace Conformance.Report;

/// <summary>The page's script: filters of the matrix, and the values of a line under the pointer. Nothing that a reader needs depends on it.</summary>
internal static class PageScript
{
    public static void Write(Html html) => html.Write($$"""
        <div id="tip"></div>
        <script>
        for (const box of document.querySelectorAll('.filters')) {
          box.hidden = false;
          const rows = document.getElementById(box.dataset.of).tBodies[0].rows, said = box.querySelector('output');
          const filter = () => {
            let shown = 0;
            for (const row of rows) {
              const fits = [...box.querySelectorAll('select')].every(it => !it.value || row.dataset[it.name] === it.value)
                && row.textContent.toLowerCase().includes(box.querySelector('input').value.toLowerCase());
              row.hidden = !fits;
              shown += fits;
            }
            said.textContent = shown + ' of ' + rows.length;
          };
          box.addEventListener('input', filter);
          filter();
        }
        // Where a style alone cannot open what is closed, for paper.
        const shut = [];
        addEventListener('beforeprint', () => { for (const it of document.querySelectorAll('details:not([open])')) { it.open = true; shut.push(it); } });
        addEventListener('afterprint', () => { for (const it of shut.splice(0)) it.open = false; });
        const tip = document.getElementById('tip'), three = v => +v.toPrecision(3);
        const units = (v, of, by) => { let i = 0; while (v >= by && i < of.length - 1) { v /= by; i++; } return three(v) + ' ' + of[i]; };
        const said = { t: v => (v < 0 ? '-' : '') + units(Math.abs(v), ['ns', 'us', 'ms', 's'], 1000), b: v => units(v, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1024),
          c: v => units(v, ['', 'k', 'M', 'G'], 1000), p: v => +(v * 100).toFixed(4) + ' %' };
        const value = (scale, at) => {
          const [kind, low, high, unit] = scale.split(',');
          return said[unit](kind === 'lin' ? +low + at * (high - low) : kind === 'log' ? low * (high / low) ** at : 1 - 10 ** (-at * low));
        };
        for (const svg of document.querySelectorAll('svg[data-x]')) {
          const [left, top, right, bottom] = svg.dataset.p.split(',').map(Number), points = [];
          for (const path of svg.querySelectorAll('path.l')) {
            let x = 0, y = 0;
            for (const [, what, a, b] of path.getAttribute('d').matchAll(/([MLHV])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
              if (what === 'V') y = +a; else x = +a;
              if (b) y = +b;
              points.push([x, y, path.dataset.l]);
            }
          }
          svg.addEventListener('mousemove', e => {
            const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
            let best, least = 900;
            for (const it of points) { const d = (it[0] - at.x) ** 2 + (it[1] - at.y) ** 2; if (d < least) [best, least] = [it, d]; }
            tip.style.display = best ? 'block' : 'none';
            if (!best) return;
            tip.textContent = (best[2] ? best[2] + ': ' : '')
              + value(svg.dataset.y, (bottom - best[1]) / (bottom - top)) + ' at ' + value(svg.dataset.x, (best[0] - left) / (right - left));
            tip.style.left = e.pageX + 12 + 'px';
            tip.style.top = e.pageY + 12 + 'px';
          });
          svg.addEventListener('mouseleave', () => tip.style.display = 'none');
        }
        </script>
        """);
}
