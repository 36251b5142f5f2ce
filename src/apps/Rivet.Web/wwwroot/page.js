// What only a script can do with the page. No markup is ever made here of what people wrote.
const cookie = name => document.cookie.split('; ').find(one => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
const element = id => document.getElementById(id);
let place = null;

export function language() {
  const chosen = decodeURIComponent(cookie('.AspNetCore.Culture')).match(/uic=([A-Za-z-]+)/)?.[1];
  const wanted = [chosen, ...navigator.languages].filter(Boolean).map(code => code.startsWith('zh') ? 'zh-CN' : code.startsWith('en') ? 'en' : null);
  return document.documentElement.lang = wanted.find(Boolean) ?? 'en';
}

export function takeFragment() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  if (fragment !== '') {
    history.replaceState(null, '', location.pathname);
  }
  return fragment;
}

export function describeBrowser() {
  const brand = navigator.userAgentData?.brands?.map(one => one.brand).find(one => !/not.?a.?brand|chromium/i.test(one));
  const name = brand ?? (/Firefox/.test(navigator.userAgent) ? 'Firefox' : /Edg\//.test(navigator.userAgent) ? 'Edge' : /Chrom/.test(navigator.userAgent) ? 'Chromium' : /Safari/.test(navigator.userAgent) ? 'Safari' : 'Browser');
  const system = navigator.userAgentData?.platform ?? (/Windows/.test(navigator.userAgent) ? 'Windows' : /Mac/.test(navigator.userAgent) ? 'macOS' : /Linux/.test(navigator.userAgent) ? 'Linux' : '');
  return system ? `${name} · ${system}` : name;
}

const isAtEnd = list => list.scrollHeight - list.scrollTop - list.clientHeight < 48;
const NEAR = 600;

function placeOf(list) {
  if (isAtEnd(list)) return 'end';
  if (list.scrollTop < NEAR) return 'start';
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR ? 'low' : 'middle';
}

export function watchScroll(id, scrolled) {
  const list = element(id);
  let was = 'end';
  const listen = () => {
    const now = placeOf(list);
    if (now !== was || now === 'start' || now === 'low') {
      was = now;
      scrolled(now);
    }
  };
  list.addEventListener('scroll', listen, { passive: true });
  list.addEventListener('keydown', walk);
  return {
    end() {
      list.removeEventListener('scroll', listen);
      list.removeEventListener('keydown', walk);
    },
  };
}

// Arrows go from message to message; Tab then reaches a message's own buttons.
function walk(event) {
  const list = event.currentTarget, row = event.target.closest('.ch-row');
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || (event.target !== list && event.target !== row)) {
    return;
  }
  const rows = [...list.querySelectorAll('.ch-row[data-sequence]')];
  const next = row === null ? rows.at(-1) : rows[rows.indexOf(row) + by];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}

const inList = { ArrowDown: 'down', ArrowUp: 'up', Enter: 'take', Tab: 'take', Escape: 'close' };

function fieldMeaning({ key, shiftKey, altKey, target }) {
  if (target.dataset.list === 'open') return shiftKey ? null : inList[key] ?? null;
  if (key === 'Enter' && !shiftKey) return 'send';
  return key === 'ArrowUp' && target.value === '' && !altKey ? 'last' : null;
}

// More than a field can hold without the page standing still; a message has 40,000 bytes at most.
const MOST_PASTED = 100_000;

export function watchField(id, pressed) {
  element(id)?.addEventListener('paste', event => {
    if ((event.clipboardData?.getData('text').length ?? 0) > MOST_PASTED) {
      event.preventDefault();
      pressed('too-much');
    }
  });
  element(id)?.addEventListener('keydown', event => {
    const wanted = event.isComposing || event.keyCode === 229 ? null : fieldMeaning(event);
    if (wanted !== null) {
      event.preventDefault();
      event.stopPropagation();
      pressed(wanted);
    }
  });
}

export const caret = id => element(id)?.selectionStart ?? 0;

export function setField(id, text, at) {
  const field = element(id);
  field.value = text;
  field.setSelectionRange(at, at);
}

export function toEnd(id, always) {
  const list = element(id);
  if (list !== null && (always || isAtEnd(list))) {
    list.scrollTop = list.scrollHeight;
  }
}

// The first row in sight stays where it is.
export function holdPlace(id) {
  const list = element(id), top = list.getBoundingClientRect().top;
  const row = [...list.querySelectorAll('.ch-row[data-sequence]')].find(one => one.getBoundingClientRect().bottom > top);
  place = row === undefined ? null : { sequence: row.dataset.sequence, top: row.getBoundingClientRect().top };
}

export function keepPlace(id) {
  const list = element(id), row = place === null ? null : list.querySelector(`.ch-row[data-sequence="${place.sequence}"]`);
  if (row !== null) {
    list.scrollTop += row.getBoundingClientRect().top - place.top;
  }
}

// The keys of the whole page, wherever the focus is. The browser's own meaning of such a key is taken from it.
function meaning({ key, ctrlKey, metaKey, altKey }) {
  const chord = ctrlKey || metaKey;
  if (chord && key.toLowerCase() === 'k') return 'find';
  if (ctrlKey && (key === '/' || key === '?')) return 'keys';
  if (altKey && !chord && key === 'ArrowDown') return 'next';
  if (altKey && !chord && key === 'ArrowUp') return 'previous';
  return key === 'Escape' && document.querySelector('dialog[open]') === null ? 'leave' : null;
}

export function watchKeys(pressed) {
  const listen = event => {
    const wanted = event.isComposing ? null : meaning(event);
    if (wanted !== null) {
      event.preventDefault();
      pressed(wanted);
    }
  };
  document.addEventListener('keydown', listen);
  return { end: () => document.removeEventListener('keydown', listen) };
}

export const endWatch = watch => watch.end();
export const showDialog = id => element(id)?.showModal();
export const focus = id => element(id)?.focus();
export const setTitle = title => { document.title = title; };
export const isSeen = () => document.visibilityState === 'visible' && document.hasFocus();

export function watchSeen(changed) {
  const listen = () => changed();
  document.addEventListener('visibilitychange', listen);
  addEventListener('focus', listen);
  return {
    end() {
      document.removeEventListener('visibilitychange', listen);
      removeEventListener('focus', listen);
    },
  };
}

export function saveFile(name, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const pictureAddress = (mediaType, bytes) => URL.createObjectURL(new Blob([bytes], { type: mediaType }));
export const letGo = address => URL.revokeObjectURL(address);
