// Search over all pages, and tables that sort and filter. Loaded after the page is drawn.
(() => {
  "use strict";
  const say = (text, ...parts) => parts.reduce((said, part) => said.replace("{}", part),
    (window.nqpfWords || {})[text] || text);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");

  // -- search ------------------------------------------------------------------------------
  const MOST = 30;
  const AROUND = 70;

  function search() {
    const opener = document.getElementById("search-switch");
    if (!opener || !window.HTMLDialogElement) return;
    const input = make("input", { type: "search", id: "search-words", autocomplete: "off" });
    const said = make("p", { className: "search-count" });
    said.setAttribute("role", "status");
    const list = make("ol", { className: "search-results" });
    const label = make("label", { htmlFor: "search-words", textContent: say("Search all pages") });
    const close = make("button", { type: "button", textContent: say("Close") });
    const dialog = make("dialog", { className: "search" },
      make("div", { className: "search-head" }, label, close), input, said, list);
    dialog.setAttribute("aria-label", say("Search"));
    document.body.append(dialog);

    let loading = null;
    const load = () => {
      loading = loading || new Promise((resolve, reject) => {
        const script = make("script", { src: "assets/search.js", onload: resolve, onerror: reject });
        document.head.append(script);
      }).then(unpack);
      return loading;
    };
    const update = async () => {
      const asked = input.value;
      const terms = plain(asked).split(/\s+/).filter(Boolean);
      if (!terms.length) { said.textContent = ""; list.replaceChildren(); return; }
      try { await load(); } catch { said.textContent = say("The search index is missing."); return; }
      if (input.value !== asked) return; // a later letter has a search of its own
      const hits = find(entries, terms);
      said.textContent = hits.length === 1 ? say("1 place") : hits.length > MOST
        ? say("{} places, the first {} shown", hits.length, MOST) : say("{} places", hits.length);
      list.replaceChildren(...hits.slice(0, MOST).map(({ entry }) => result(entry, terms)));
    };
    const open = () => { dialog.showModal(); input.select(); load().catch(() => {}); };

    input.addEventListener("input", update);
    input.addEventListener("keydown", (event) => {
      const first = list.querySelector("a");
      if (event.key === "Enter" && first) first.click();
      if (event.key === "Escape") dialog.close(); // at once, not after emptying the field
    });
    opener.addEventListener("click", open);
    close.addEventListener("click", () => dialog.close());
    list.addEventListener("click", (event) => { if (event.target.closest("a")) dialog.close(); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, select, textarea, dialog");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        open();
      }
    });
  }

  // The index comes deflated, with pages by number and entries as rows, to be small.
  let entries = [];
  async function unpack() {
    const bytes = Uint8Array.from(atob(window.nqpfSearch), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const index = await new Response(stream).json();
    entries = index.entries.map(([page, anchor, title, text]) => {
      const [href, name] = index.pages[page];
      return { page: name, href: anchor ? `${href}#${anchor}` : href, title, text };
    });
  }

  // All terms must occur; those in titles weigh more.
  function find(entries, terms) {
    const hits = [];
    entries.forEach((entry, place) => {
      entry.plainTitle = entry.plainTitle || plain(entry.title);
      entry.plainText = entry.plainText || plain(entry.text);
      let weight = 0;
      for (const term of terms) {
        const inTitle = entry.plainTitle.includes(term);
        if (!inTitle && !entry.plainText.includes(term)) return;
        weight += inTitle ? 10 : 1;
      }
      hits.push({ entry, weight, place });
    });
    return hits.sort((one, other) => other.weight - one.weight || one.place - other.place);
  }

  function result(entry, terms) {
    const at = Math.max(0, Math.min(...terms.map((term) => {
      const found = entry.plainText.indexOf(term);
      return found < 0 ? Infinity : found;
    })));
    const start = Number.isFinite(at) ? Math.max(0, at - AROUND) : 0;
    const end = Number.isFinite(at) ? at + 2 * AROUND : 2 * AROUND;
    const excerpt = `${start ? "…" : ""}${entry.text.slice(start, end)}${end < entry.text.length ? "…" : ""}`;
    return make("li", {},
      make("a", { href: entry.href }, ...marked(entry.title, terms)),
      make("span", { className: "search-page", textContent: entry.page }),
      make("p", {}, ...marked(excerpt, terms)));
  }

  function marked(text, terms) {
    const parts = [];
    const low = text.toLowerCase();
    let done = 0;
    while (done < text.length) {
      const next = terms.map((term) => [low.indexOf(term, done), term.length])
        .filter(([at]) => at >= 0).sort((one, other) => one[0] - other[0])[0];
      if (!next) break;
      parts.push(text.slice(done, next[0]), make("mark", { textContent: text.slice(next[0], next[0] + next[1]) }));
      done = next[0] + next[1];
    }
    return [...parts, text.slice(done)];
  }

  // -- tables ------------------------------------------------------------------------------
  const SORTED = 8;
  const FILTERED = 25;

  function tables() {
    all("figure.exhibit-table table").forEach((table) => {
      const rows = all("tbody tr", table);
      const regular = table.tHead && table.tHead.rows.length === 1 && !table.querySelector("tbody br, tr.group");
      if (!regular || rows.length < SORTED) return;
      sortable(table, rows);
      if (rows.length >= FILTERED) filterable(table, rows);
    });
  }

  function value(cell) {
    const text = cell.textContent.trim();
    const digits = text.replace(/\u2212/g, "-").replace(/[\u202f\u00a0\u2009, %]/g, "").replace(/^[<>=p]+/, "");
    return digits !== "" && Number.isFinite(Number(digits)) ? Number(digits) : plain(text);
  }

  function before(one, other) {
    const empty = (it) => it === "" || it === "–";
    if (empty(one) || empty(other)) return empty(one) - empty(other);
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), undefined, { numeric: true });
  }

  function sortable(table, rows) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = make("button", { type: "button", className: "sort" }, ...head.childNodes);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const sorted = rows.map((row, place) => [value(row.cells[column]), place, row]);
        sorted.sort((one, other) => (down ? before(other[0], one[0]) : before(one[0], other[0])) || one[1] - other[1]);
        table.tBodies[0].append(...sorted.map(([, , row]) => row));
      });
    });
  }

  // What rows can be chosen by: verdicts, and in a ledger also sections of the paper.
  function choicesOf(table, rows) {
    const verdicts = rows.map((row) => (row.querySelector(".verdict") || {}).textContent || "");
    const found = [[say("all verdicts"), say("Verdict shown in {}"), verdicts, [...new Set(verdicts)].filter(Boolean)]];
    const column = [...table.tHead.rows[0].cells].findIndex((head) => head.textContent.trim() === say("Section"));
    if (table.closest(".ledger") && column >= 0) {
      const sections = rows.map((row) => row.cells[column].textContent.trim());
      const all = sections.flatMap((one) => one.split(".").map((_, depth, steps) => steps.slice(0, depth + 1).join(".")));
      const order = (one, other) => one.localeCompare(other, undefined, { numeric: true });
      found.push([say("all sections"), say("Section shown in {}"), sections, [...new Set(all)].sort(order)]);
    }
    return found.filter(([, , , known]) => known.length > 1);
  }

  // Section 4.1 is within 4.
  function within(value, chosen) {
    return value === chosen || value.startsWith(`${chosen}.`);
  }

  function filterable(table, rows) {
    const figure = table.closest("figure");
    const title = figure.querySelector(".exhibit-number");
    const name = title ? title.textContent.replace(/\.\s*$/, "") : say("the table");
    const words = make("input", { type: "search", placeholder: say("Filter rows"), autocomplete: "off" });
    words.setAttribute("aria-label", say("Filter rows of {}", name));
    const count = make("span", { className: "row-count" });
    count.setAttribute("role", "status");
    const tools = make("div", { className: "table-tools" }, words);
    const texts = rows.map((row) => plain(row.textContent));
    const choices = choicesOf(table, rows).map(([every, title, values, known]) => {
      const select = make("select", {}, make("option", { value: "", textContent: every }),
        ...known.map((one) => make("option", { value: one,
          textContent: `${one} (${values.filter((other) => within(other, one)).length})` })));
      select.setAttribute("aria-label", title.replace("{}", name));
      return { select, values };
    });
    tools.append(...choices.map(({ select }) => select));
    tools.append(count);
    const apply = () => {
      const terms = plain(words.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        const fits = terms.every((term) => texts[place].includes(term)) &&
          choices.every(({ select, values }) => !select.value || within(values[place], select.value));
        row.hidden = !fits;
        shown += fits;
      });
      count.textContent = say("{} of {} rows", shown, rows.length);
    };
    words.addEventListener("input", apply);
    choices.forEach(({ select }) => select.addEventListener("change", apply));
    // a link to a row that is filtered out shows all rows again
    addEventListener("hashchange", () => {
      const target = rows.find((row) => row.id && `#${row.id}` === location.hash);
      if (target && target.hidden) {
        words.value = "";
        choices.forEach(({ select }) => { select.value = ""; });
        apply();
        target.scrollIntoView();
      }
    });
    figure.querySelector(".table-scroll").before(tools);
    apply();
  }

  search();
  tables();
})();
