// Comforts for readers; every page reads well without them. Runs in the head, so that the theme
// is set before anything is drawn; the rest waits for the page.
(() => {
  "use strict";
  const root = document.documentElement;
  const remembered = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* private windows */ } },
  };
  const byId = (id) => document.getElementById(id);
  const say = (text, ...parts) => parts.reduce((said, part) => said.replace("{}", part),
    (window.nqpfWords || {})[text] || text);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const themes = ["auto", "light", "dark"];
  const themeNames = { auto: say("Theme: auto"), light: say("Theme: light"), dark: say("Theme: dark") };
  let theme = remembered.get("nqpf-theme");
  if (!themes.includes(theme)) theme = "auto";
  function applyTheme() {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }
  root.classList.add("script");
  applyTheme();

  function themeSwitch() {
    const button = byId("theme-switch");
    const say = () => { button.textContent = themeNames[theme]; };
    say();
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      remembered.set("nqpf-theme", theme);
      applyTheme();
      say();
    });
  }

  function codeSwitch() {
    const button = byId("code-switch");
    if (!button) return;
    const show = (shown) => {
      all("details.code").forEach((one) => { one.open = shown; });
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? say("Hide all code") : say("Show all code");
    };
    show(remembered.get("nqpf-code") === "shown");
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      remembered.set("nqpf-code", shown ? "shown" : "folded");
      show(shown);
    });
  }

  function menuSwitch() {
    const button = byId("menu-switch");
    const side = document.querySelector(".side");
    const open = (wanted) => {
      side.classList.toggle("open", wanted);
      button.setAttribute("aria-expanded", String(wanted));
    };
    button.addEventListener("click", () => open(!side.classList.contains("open")));
    side.addEventListener("click", (event) => { if (event.target.closest("a")) open(false); });
    side.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && side.classList.contains("open")) { open(false); button.focus(); }
    });
  }

  // A link to something inside a fold opens the fold.
  function unfoldTarget() {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details:not([open])");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  }

  // The section that is being read is marked in the contents.
  function followReading() {
    const links = new Map(all(".sections a").map((link) => [link.hash.slice(1), link]));
    const headings = all("main h2[id], main h3[id]").filter((one) => links.has(one.id));
    if (!headings.length) return;
    let waiting = false;
    const mark = () => {
      waiting = false;
      const line = innerHeight * 0.3;
      const passed = headings.filter((one) => one.getBoundingClientRect().top <= line);
      const current = passed.length ? passed[passed.length - 1].id : null;
      links.forEach((link, id) => {
        if (id === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    };
    addEventListener("scroll", () => {
      if (!waiting) { waiting = true; requestAnimationFrame(mark); }
    }, { passive: true });
    mark();
  }

  // What scrolls sideways can be reached by keyboard, and only that.
  function reachScrolling() {
    const regions = all(".table-scroll, pre, .equation");
    const mark = () => regions.forEach((one) => {
      const scrolls = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
      if (scrolls) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    });
    mark();
    addEventListener("resize", mark);
    document.addEventListener("toggle", mark, true);
  }

  function enlargeFigures() {
    const figures = all(".exhibit-figure");
    if (!figures.length || !window.HTMLDialogElement) return;
    const dialog = document.createElement("dialog");
    dialog.className = "picture";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = say("Close");
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    figures.forEach((figure) => {
      const image = figure.querySelector("img");
      const name = (figure.querySelector(".exhibit-number") || {}).textContent;
      const title = name ? name.replace(/\.\s*$/, "") : say("the figure");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "enlarge";
      button.textContent = say("Enlarge");
      button.setAttribute("aria-label", say("Enlarge {}", title));
      const open = () => {
        dialog.replaceChildren(close, image.cloneNode());
        dialog.setAttribute("aria-label", title);
        dialog.showModal();
      };
      button.addEventListener("click", open);
      image.addEventListener("click", open);
      image.after(button);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    themeSwitch();
    codeSwitch();
    menuSwitch();
    followReading();
    reachScrolling();
    enlargeFigures();
    unfoldTarget();
  });
  addEventListener("hashchange", unfoldTarget);
})();
