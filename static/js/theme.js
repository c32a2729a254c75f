// Light, dark or as the device: a cookie, because the server prints it into <html> and nothing flashes.
const root = document.documentElement;

export function paintTheme() {
  for (const b of document.querySelectorAll('[data-theme-set]')) b.setAttribute('aria-pressed', String(b.dataset.themeSet === (root.dataset.theme ?? '')));
}

export function startTheme() {
  document.addEventListener('click', (e) => {
    const button = e.target.closest('[data-theme-set]');
    if (!button) return;
    const theme = button.dataset.themeSet;
    document.cookie = `theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`;
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    paintTheme();
  });
}
