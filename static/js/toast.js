import { say } from './texts.js';

// One line, one action at most, gone after 5 s unless the pointer or the focus is on it. Never for errors.
export function toast(text, { action, onAction, stay = false } = {}) {
  const el = document.createElement('div');
  el.className = 'toast';
  el.append(Object.assign(document.createElement('span'), { textContent: text }));
  if (action) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: action });
    button.addEventListener('click', () => { el.remove(); onAction(); });
    el.append(button);
  }
  const close = Object.assign(document.createElement('button'), { type: 'button', className: 'icon-btn', textContent: '×' });
  close.setAttribute('aria-label', say('dismiss'));
  close.dataset.dismiss = '';
  el.append(close);
  document.getElementById('toasts')?.append(el);
  if (!stay) expire(el);
  return el;
}

export function expire(el) {
  const busy = () => el.matches(':hover') || el.contains(document.activeElement);
  const timer = setInterval(() => { if (!busy()) { clearInterval(timer); el.remove(); } }, 5000);
}

document.addEventListener('click', (e) => e.target.closest('[data-dismiss]')?.closest('.toast, .notice')?.remove());
