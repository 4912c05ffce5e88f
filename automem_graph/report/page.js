"use strict";
(() => {
  const root = document.documentElement;
  const kept = "automem-theme";
  const remember = (theme) => { try { localStorage.setItem(kept, theme); } catch { /* a private window */ } };
  const remembered = () => { try { return localStorage.getItem(kept); } catch { return null; } };
  const asked = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const theme = () => root.dataset.theme || (asked.matches ? "dark" : "light");
  const tell = () => { button.textContent = theme() === "dark" ? "Light" : "Dark"; };
  if (["dark", "light"].includes(remembered())) root.dataset.theme = remembered();
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    remember(root.dataset.theme);
    tell();
  });
  asked.addEventListener("change", tell);
  tell();

  const said = document.getElementById("said");
  for (const copy of document.querySelectorAll("button.copy")) {
    copy.hidden = !navigator.clipboard;
    copy.addEventListener("click", async () => {
      const command = copy.previousElementSibling.textContent;
      try {
        await navigator.clipboard.writeText(command);
        said.textContent = `Copied: ${command}`;
      } catch {
        said.textContent = "The browser did not let it be copied: mark it by hand.";
      }
    });
  }

  const reveal = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    for (let one = place; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    place.scrollIntoView({ block: "center" });
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
})();
