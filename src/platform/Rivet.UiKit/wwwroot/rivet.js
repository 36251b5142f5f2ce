// What the pages do without the server: appearance, copying, keys, menus. No state but one cookie; no request.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const typing = (target) => target.closest("input, textarea, select, [contenteditable=true]");

  function setTheme(theme) {
    if (theme === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    document.cookie = `rivet.theme=${theme}; path=/; max-age=31536000; samesite=lax; secure`;
    for (const entry of all("[data-theme-set]")) entry.setAttribute("aria-current", String(entry.dataset.themeSet === theme));
  }

  async function copy(button) {
    const said = button.closest(".rv-copy").querySelector(".said");
    const text = button.closest(".row").querySelector(".text").textContent;
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = button.dataset.said;
      if (button.dataset.seconds) setTimeout(() => forget(said, button.dataset.cleared), Number(button.dataset.seconds) * 1000);
    } catch {
      getSelection().selectAllChildren(button.closest(".row").querySelector(".text"));
      said.textContent = button.dataset.failed;
    }
  }

  // Empties the clipboard; a page in the background may not, so it waits until the person is back.
  async function forget(said, words) {
    try {
      await navigator.clipboard.writeText("");
      said.textContent = words;
    } catch {
      addEventListener("focus", () => forget(said, words), { once: true });
    }
  }

  function open(dialog) {
    if (!dialog || document.querySelector("dialog[open], .mud-dialog")) return;
    dialog.showModal();
    const find = dialog.querySelector("input");
    if (find) { find.value = ""; filter(dialog, ""); find.focus(); }
  }

  function filter(dialog, words) {
    const wanted = words.trim().toLocaleLowerCase();
    let first = null;
    for (const entry of dialog.querySelectorAll(".rv-entry")) {
      entry.hidden = !entry.textContent.toLocaleLowerCase().includes(wanted);
      entry.style.display = entry.hidden ? "none" : "";
      entry.removeAttribute("data-at");
      if (!entry.hidden && !first) first = entry;
    }
    first?.setAttribute("data-at", "");
    dialog.querySelector(".none").hidden = !!first;
  }

  function step(dialog, by) {
    const shown = [...dialog.querySelectorAll(".rv-entry:not([hidden])")];
    const at = shown.findIndex((entry) => entry.hasAttribute("data-at"));
    shown[at]?.removeAttribute("data-at");
    const next = shown[(at + by + shown.length) % shown.length];
    next?.setAttribute("data-at", "");
    next?.scrollIntoView({ block: "nearest" });
  }

  // One stop of the Tab key for many links beside each other.
  function along(row, from, key) {
    const links = [...row.querySelectorAll("a")];
    const at = links.indexOf(from);
    const to = links[{ ArrowLeft: Math.max(at - 1, 0), ArrowRight: Math.min(at + 1, links.length - 1), Home: 0, End: links.length - 1 }[key]];
    for (const link of links) link.tabIndex = link === to ? 0 : -1;
    to.focus();
  }

  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-theme-set]");
    if (theme) { event.preventDefault(); setTheme(theme.dataset.themeSet); }
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(copying);
    const opener = event.target.closest("[data-open]");
    if (opener) open(document.getElementById(opener.dataset.open));
    for (const menu of all("details.rv-menu[open]")) if (!menu.contains(event.target) || event.target.closest(".rv-entry")) menu.open = false;
    const dialog = event.target.closest("dialog.rv-dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close], .rv-entry"))) dialog.close();
    if (event.target.closest("[data-reload]")) location.reload();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const dialog = document.querySelector("dialog.commands[open]");
    if (dialog && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); step(dialog, event.key === "ArrowDown" ? 1 : -1); }
    else if (dialog && event.key === "Enter") { event.preventDefault(); dialog.querySelector(".rv-entry[data-at]")?.click(); }
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && document.getElementById("rv-commands")) { event.preventDefault(); open(document.getElementById("rv-commands")); }
    else if (event.key === "?" && !typing(event.target)) open(document.getElementById("rv-keys"));
    else if (event.key === "Escape") for (const menu of all("details.rv-menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
    else if (event.target.closest("[data-arrows]") && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) { event.preventDefault(); along(event.target.closest("[data-arrows]"), event.target, event.key); }
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target) && !document.querySelector("dialog[open], .mud-dialog")) {
      const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (target) { event.preventDefault(); if (target.matches("input")) target.focus(); else target.click(); }
    }
  });

  document.addEventListener("input", (event) => {
    const dialog = event.target.closest("dialog.commands");
    if (dialog) filter(dialog, event.target.value);
  });

  // A form is sent once; the server would refuse the second as a used code.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-once]")) return;
    if (event.target.dataset.sent) event.preventDefault();
    else event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => { for (const form of all("form[data-sent]")) delete form.dataset.sent; });

  // A feed asks before it puts something new on top: whoever reads further down is not to lose the place.
  globalThis.rivet = {
    isAtTop: (frame) => frame.scrollTop < 8 && frame.getBoundingClientRect().top > -8,
    zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  };

  // Filters stand beside their list where there is room, and behind a button where there is none.
  if (matchMedia("(max-width: 1000px)").matches) {
    new MutationObserver(() => { for (const filters of all("details.rv-facets:not([data-folded])")) { filters.dataset.folded = "1"; filters.open = false; } })
      .observe(document.body, { childList: true, subtree: true });
  }

  // A server that came back does not know this page any more: load it again. The event does not bubble: catch it on its way down.
  document.addEventListener("components-reconnect-state-changed", (event) => {
    if (event.detail?.state === "rejected") location.reload();
  }, true);
})();
