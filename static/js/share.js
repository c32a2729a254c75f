// Copy and share: <button data-copy="#id">, <button data-copy-text="…" data-done="Link copied">, <button data-share="url" data-title="…">.
import { csrf, say } from './texts.js';
import { toast } from './toast.js';

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done || say('copied'));
  } catch {
    toast(say('copy_failed'), { stay: true });
  }
}

export function startSharing() {
  document.addEventListener('click', (e) => {
    const b = e.target.closest('[data-copy], [data-copy-text], [data-share]');
    if (!b) return;
    const counted = b.closest('[data-shared]');
    if (counted) fetch(counted.dataset.shared, { method: 'POST', headers: { 'X-CSRFToken': csrf() }, credentials: 'same-origin' }).catch(() => {});
    if (b.dataset.share) navigator.share({ url: b.dataset.share, title: b.dataset.title }).catch(() => {});
    else copy(b.dataset.copyText ?? document.querySelector(b.dataset.copy).textContent.trim(), b.dataset.done);
  });
}

export function enhanceSharing(root) {
  if (!navigator.share) return;
  for (const b of root.querySelectorAll('[data-share][hidden]')) b.hidden = false;
}
