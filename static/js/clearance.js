// The clearance desk's keys: [data-decide] holds buttons with data-key. Inert while somebody types or holds a modifier.
// Leaving the page gives the entry back to the queue.
import { csrf } from './texts.js';

export function enhanceClearance(root) {
  for (const form of root.querySelectorAll('[data-decide]:not([data-ready])')) {
    form.dataset.ready = '';
    const leave = () => { if (form.isConnected && !form.dataset.sent) release(); };
    form.addEventListener('submit', () => { form.dataset.sent = '1'; });
    window.addEventListener('pagehide', leave);
  }
}

document.addEventListener('keydown', (e) => {
  const form = document.querySelector('[data-decide]');
  if (!form || e.ctrlKey || e.metaKey || e.altKey || e.repeat || e.target.closest('input:not([type=range], [type=checkbox]), textarea, select, dialog')) return;
  if (e.code === 'Space' && !e.target.closest('button, a, summary, input[type=checkbox]')) {
    e.preventDefault();
    document.querySelector('[data-deck]:not(#sounds-like *) [data-toggle]')?.click();
    return;
  }
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(e.code);
  if (digit) { form.querySelectorAll('.choices input')[digit[1] - 1]?.click(); e.preventDefault(); return; }
  if (e.code === 'KeyN') { form.querySelector('textarea').focus(); e.preventDefault(); return; }
  const button = form.querySelector(`[data-key="${CSS.escape(e.code)}"]`);
  if (button && !button.disabled) { e.preventDefault(); button.focus(); button.click(); }
});

function release() {
  const data = new FormData();
  data.set('release', '1');
  data.set('csrfmiddlewaretoken', csrf());
  navigator.sendBeacon(`${location.pathname}claim/`, data);
}
