// Where nodes go. The same graph gives the same picture: fcose draws from Math.random, which is seeded for the
// duration of a layout. Nodes that were already placed never move when others arrive.

const IN_BROWSER = 500;

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function withSeed(seed, work) {
  const random = Math.random;
  Math.random = seeded(seed);
  try {
    return work();
  } finally {
    Math.random = random;
  }
}

const fcose = (extra) => ({
  name: "fcose", quality: "default", animate: false, randomize: true, fit: false, packComponents: true,
  nodeSeparation: 110, idealEdgeLength: 75, nodeRepulsion: 9000, gravity: 0.3, nodeDimensionsIncludeLabels: true, ...extra,
});

// Parts that nothing joins are set side by side in rows, largest first, in the proportions of the canvas.
function pack(cy) {
  const gap = 70;
  const parts = cy.elements().components().map((part) => ({ nodes: part.nodes(), box: part.nodes().boundingBox({ includeLabels: false }), first: part.nodes().map((n) => n.id()).sort()[0] }));
  if (parts.length < 2) return;
  parts.sort((a, b) => b.box.w * b.box.h - a.box.w * a.box.h || (a.first < b.first ? -1 : 1));
  const area = parts.reduce((sum, { box }) => sum + (box.w + gap) * (box.h + gap), 0);
  const wide = Math.max(Math.sqrt((area * cy.width()) / Math.max(1, cy.height())) * 1.1, parts[0].box.w + gap);
  let x = 0, y = 0, row = 0;
  for (const { nodes, box } of parts) {
    if (x > 0 && x + box.w > wide) { x = 0; y += row + gap; row = 0; }
    nodes.shift({ x: x - box.x1, y: y - box.y1 });
    x += box.w + gap;
    row = Math.max(row, box.h);
  }
}

export function layoutAll(cy, pinned) {
  const fixed = pinned.map((node) => ({ nodeId: node.id(), position: { ...node.position() } }));
  withSeed(20140603, () => cy.elements().layout(fcose(fixed.length ? { fixedNodeConstraint: fixed } : {})).run());
  if (!fixed.length) pack(cy);
  fixed.forEach(({ nodeId, position }) => cy.getElementById(nodeId).position(position));
}

export function layoutNew(cy, fresh) {
  const old = cy.nodes().filter((node) => !fresh.has(node.id()));
  const before = old.map((node) => ({ nodeId: node.id(), position: { ...node.position() } }));
  withSeed(20140603, () => {
    fresh.forEach((id) => {
      const near = cy.getElementById(id).neighborhood("node").filter((node) => !fresh.has(node.id()));
      const at = near.nonempty() ? near[0].position() : { x: 0, y: 0 };
      const turn = Math.random() * 2 * Math.PI;
      cy.getElementById(id).position({ x: at.x + 80 * Math.cos(turn), y: at.y + 80 * Math.sin(turn) });
    });
    if (cy.nodes().length > IN_BROWSER) return; // beside their neighbour is near enough, and quick
    cy.elements().layout(fcose({ randomize: false, quality: "proof", packComponents: false, fixedNodeConstraint: before })).run();
  });
  // fcose keeps fixed nodes to within rounding; an analyst's picture must not drift by even that.
  before.forEach(({ nodeId, position }) => cy.getElementById(nodeId).position(position));
}
