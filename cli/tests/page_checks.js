// Run in the page: what is wrong with it, as a list of lines. `scheme` names the colours that are shown.
(scheme) => {
  const problems = [];
  const say = (text) => problems.push(scheme + ": " + text);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const where = (node) => {
    const owner = node.closest("[id]");
    return node.localName + (owner ? " in #" + owner.id : "") + ' "' + node.textContent.trim().slice(0, 40) + '"';
  };

  // Structure.
  if (document.documentElement.lang !== "en") say("no language");
  if (!document.title) say("no title");
  const ids = all("[id]").map((node) => node.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) say("id twice: " + id);
  for (const link of all("a[href]")) {
    const target = link.getAttribute("href");
    if (!target.startsWith("#")) say("link that leaves the page: " + target);
    else if (!document.getElementById(decodeURIComponent(target.slice(1)))) say("link to nothing: " + target);
    if (!link.textContent.trim()) say("link without text: " + target);
  }
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.localName[1]);
    if (next > level + 1) say("heading skips a level: " + where(heading));
    if (!heading.textContent.trim()) say("heading without text");
    level = next;
  }
  if (all("h1").length !== 1) say("not one h1");
  for (const landmark of ["header", "nav", "main"]) {
    if (all(landmark).length !== 1) say("not one " + landmark);
  }
  for (const node of all("[aria-labelledby]")) {
    for (const id of node.getAttribute("aria-labelledby").split(/\s+/)) {
      if (!document.getElementById(id)) say("named by what is not there: " + id);
    }
  }
  for (const image of all("img")) {
    if (!(image.alt || "").trim()) say("image without text");
    if (!image.complete || image.naturalWidth === 0) say("image that does not show");
  }
  for (const svg of all("svg")) {
    const names = (svg.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id));
    if (svg.getAttribute("role") !== "img" || !names.some((node) => node && node.textContent.trim())) say("svg without name");
    if (!svg.querySelector("desc")) say("svg without description");
  }
  for (const table of all("table")) {
    if (!table.caption || !table.caption.textContent.trim()) say("table without caption: " + where(table));
    for (const head of table.querySelectorAll("th")) {
      if (!["col", "row", "colgroup"].includes(head.scope)) say("head without scope: " + where(head));
    }
    const columns = Array.from(table.rows[0].cells).reduce((sum, cell) => sum + cell.colSpan, 0);
    for (const row of table.tBodies[0].rows) {
      if (row.cells.length !== columns) say("row of another length: " + where(row));
    }
  }
  for (const field of all("input, select, textarea")) {
    if (field.labels.length === 0) say("field without label: " + field.id);
  }
  for (const details of all("details")) {
    if (details.firstElementChild.localName !== "summary") say("details without summary");
  }
  for (const node of all("[tabindex]")) {
    if (node.tabIndex > 0) say("own order of focus: " + where(node));
    if (node.tabIndex === 0 && !node.getAttribute("role")) say("focus without role: " + where(node));
  }
  for (const node of all("*")) {
    for (const attribute of node.attributes) {
      if (/^(src|href|poster|data|action|srcset|background)$/.test(attribute.localName) &&
          !/^(#|data:image\/svg\+xml;base64,)/.test(attribute.value)) {
        say("reference to the outside: " + attribute.value.slice(0, 60));
      }
      if (attribute.localName.startsWith("on")) say("handler in an attribute");
    }
  }
  if (/url\(|@import/.test(all("style").map((node) => node.textContent).join())) say("style that loads");
  if (performance.getEntriesByType("resource").some((entry) => !entry.name.startsWith("data:"))) say("something was loaded");

  // The page itself must not scroll sideways; what is wide does so by itself.
  if (document.documentElement.scrollWidth > innerWidth) {
    say("wider than the window: " + document.documentElement.scrollWidth + " of " + innerWidth);
  }

  // Contrast (WCAG 2.1), of text with whatever is painted behind it. Everything is opened to be seen.
  const open = all("details:not([open])");
  for (const details of open) details.open = true;
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const part = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const backgrounds = new Map();
  const background = (node) => {
    if (!backgrounds.has(node)) {
      const own = parse(getComputedStyle(node).backgroundColor);
      const opaque = own.length === 3 || own[3] === 1;
      backgrounds.set(node, opaque ? own : node.parentElement ? background(node.parentElement) : [255, 255, 255]);
    }
    return backgrounds.get(node);
  };
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || node.closest("script, style, title, desc, [hidden]")) continue;
    const style = getComputedStyle(node);
    let behind;
    let ink;
    if (node.closest("svg")) {
      ink = parse(style.fill);
      const box = node.previousElementSibling;
      behind = box && box.localName === "rect" && !node.className.baseVal ? parse(getComputedStyle(box).fill) : background(node.closest("svg").parentElement);
    } else {
      ink = parse(style.color);
      behind = background(node);
    }
    const found = ratio(ink, behind);
    const key = ink + "/" + behind;
    if (found < 4.5 && !seen.has(key)) {
      seen.add(key);
      say("contrast " + found.toFixed(2) + ": " + where(node));
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) {
    say("wider than the window when opened: " + document.documentElement.scrollWidth + " of " + innerWidth);
  }
  for (const details of open) details.open = false;
  return problems;
}
