// Which names are written: by zoom, members first, and never one over another.
const NEAR = 0.8; // from this zoom on, names of others than members
const NEAR_LINKS = 1.05;
const LARGEST = 2.6;

const touch = (a, b) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

// Box of a node's name on screen; the width of a letter is taken as .56 of the size, near enough to keep names apart.
function boxOf(node, zoom, size) {
  const at = node.renderedPosition();
  const wide = Math.min(150 * (size / 13), node.data("short").length * size * 0.56) * zoom;
  const top = at.y + (node.height() / 2) * zoom + 3;
  return { x1: at.x - wide / 2, x2: at.x + wide / 2, y1: top, y2: top + size * 1.3 * zoom };
}

export function writeNames(cy) {
  const zoom = cy.zoom();
  const scale = Math.min(LARGEST, Math.max(1, 1 / zoom));
  const sizes = (node) => (node.data("member") ? 13 * scale : 11);
  const rank = (node) => (node.selected() ? 4 : 0) + (node.hasClass("onpath") ? 2 : 0) + (node.data("member") ? 1 : 0);
  const shown = cy.nodes().filter((node) => !node.hasClass("off")).toArray();
  shown.sort((a, b) => rank(b) - rank(a) || b.degree() - a.degree() || (a.id() < b.id() ? -1 : 1));
  const taken = [];
  cy.batch(() => {
    for (const node of shown) {
      const size = sizes(node);
      if (node.data("member")) node.style({ "font-size": size, "text-max-width": 150 * scale, "text-margin-y": 5 * scale });
      const wanted = rank(node) > 0 || zoom >= NEAR;
      const box = wanted ? boxOf(node, zoom, size) : null;
      const free = wanted && (node.selected() || !taken.some((other) => touch(box, other)));
      node.toggleClass("quiet", !free);
      if (free) taken.push(box);
    }
    cy.edges().forEach((edge) => { edge.toggleClass("quiet", zoom < NEAR_LINKS && !edge.data("critical")); });
  });
}
