// Before the first paint: the theme that was chosen here, where it is not the system's. The key is that of src/theme.ts.
try {
  const chosen = localStorage.getItem('gradus.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing: the system's theme it is.
}
