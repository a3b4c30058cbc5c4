// Sets the theme before the first paint, so that a dark screen never flashes white. A file of its own: pages may forbid inline scripts.
try {
  const saved = JSON.parse(localStorage.getItem('goshawk.preferences') || '{}');
  document.documentElement.dataset.theme =
    saved.theme === 'light' || saved.theme === 'dark' ? saved.theme : matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.dataset.density = saved.density === 'comfortable' ? 'comfortable' : 'dense';
} catch {
  document.documentElement.dataset.theme = 'dark';
}
