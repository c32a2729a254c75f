// Words for the scripts, in the reader's language: printed by base.html, read anew when the language changes.
let texts = read(document);

function read(doc) {
  return JSON.parse(doc.getElementById('script-texts')?.textContent ?? '{}');
}

export function loadTexts(doc) { texts = read(doc); }

export function say(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

export const clock = (seconds) => {
  const s = Math.max(0, Math.floor(seconds || 0));
  const rest = String(s % 60).padStart(2, '0');
  return s >= 3600 ? `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, '0')}:${rest}` : `${Math.floor(s / 60)}:${rest}`;
};

export const spoken = (seconds) => say('minutes', { m: Math.floor((seconds || 0) / 60), s: Math.floor((seconds || 0) % 60) });

export function csrf() {
  try { return JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken'] ?? ''; } catch { return ''; }
}
