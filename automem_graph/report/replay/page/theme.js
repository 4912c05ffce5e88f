// Light or dark: as the system says, or as was chosen here.

const KEPT_THEME = "automem-theme";

function themeSwitch(button) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = remembered();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try {
      localStorage.setItem(KEPT_THEME, root.dataset.theme);
    } catch {
      // a page without a place of its own forgets it
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}

function remembered() {
  try {
    return localStorage.getItem(KEPT_THEME);
  } catch {
    return null;
  }
}
