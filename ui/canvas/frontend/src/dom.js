// Element builder: strings become text nodes, so case data never becomes markup.
export function el(tag, attrs = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...kids.filter((kid) => kid !== null && kid !== undefined));
  return node;
}

// Calls `fn` once things have been quiet for `ms`; `cancel` forgets a call that is still waiting.
export function debounce(fn, ms) {
  let timer;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), ms);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

// {n} in a sentence of the catalogue.
export function fill(sentence, values) {
  return (sentence || "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}
