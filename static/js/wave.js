// Waveforms: --p is how much is played, 0 to 1. Cut: two handles for a clip, kept within its shortest and longest length.
import { clock, say, spoken } from './texts.js';

export function paintWave(el, at, total) {
  el.style.setProperty('--p', total ? Math.min(1, at / total) : 0);
  const input = el.querySelector('input');
  if (!input) return;
  if (total) input.max = total;
  if (!input.matches(':active')) input.value = at;
  input.setAttribute('aria-valuetext', say('position', { at: spoken(at), total: spoken(total) }));
}

export function enhanceCuts(root) {
  for (const el of root.querySelectorAll('[data-cut]:not([data-ready])')) start(el);
}

function start(el) {
  el.dataset.ready = '';
  const [from, to] = el.querySelectorAll('input[type=range]');
  const least = Number(el.dataset.least), most = Number(el.dataset.most), end = Number(el.dataset.seconds);
  const keep = (moved) => {
    let a = Number(from.value), b = Number(to.value);
    if (moved === from) b = Math.min(end, Math.max(a + least, Math.min(b, a + most)));
    else a = Math.max(0, Math.min(b - least, Math.max(a, b - most)));
    if (b - a < least) { if (moved === from) a = Math.max(0, b - least); else b = Math.min(end, a + least); }
    from.value = a; to.value = b;
    paint(a, b);
  };
  const paint = (a, b) => {
    el.style.setProperty('--from', end ? a / end : 0);
    el.style.setProperty('--to', end ? b / end : 1);
    el.querySelector('[data-cut-start]').textContent = clock(a);
    el.querySelector('[data-cut-end]').textContent = clock(b);
    el.querySelector('[data-cut-words]').textContent = say('clip', { start: clock(a), end: clock(b), length: b - a });
    from.setAttribute('aria-valuetext', spoken(a));
    to.setAttribute('aria-valuetext', spoken(b));
    el.dispatchEvent(new CustomEvent('spotlight:cut', { bubbles: true, detail: { start: a, end: b } }));
  };
  from.addEventListener('input', () => keep(from));
  to.addEventListener('input', () => keep(to));
  keep(from);
}
