// Two switches: light or dark, code shown or folded. Both remember the reader's choice.
(() => {
  "use strict";
  const remembered = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* private windows */ } },
  };
  const root = document.documentElement;
  const theme = document.getElementById("theme-switch");
  const code = document.getElementById("code-switch");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;

  function setTheme(name) {
    root.dataset.theme = name;
    theme.setAttribute("aria-pressed", String(name === "dark"));
    theme.textContent = name === "dark" ? "Light" : "Dark";
  }
  setTheme(remembered.get("nqpf-theme") || (prefersDark ? "dark" : "light"));
  theme.addEventListener("click", () => {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    remembered.set("nqpf-theme", next);
    setTheme(next);
  });

  function setCode(shown) {
    document.querySelectorAll("details.code").forEach((one) => { one.open = shown; });
    code.setAttribute("aria-pressed", String(shown));
    code.textContent = shown ? "Hide code" : "Show code";
  }
  if (code) {
    setCode(remembered.get("nqpf-code") === "shown");
    code.addEventListener("click", () => {
      const shown = code.getAttribute("aria-pressed") !== "true";
      remembered.set("nqpf-code", shown ? "shown" : "folded");
      setCode(shown);
    });
  }
})();
