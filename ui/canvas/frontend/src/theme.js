// Colours of the page the canvas lies on, and the stylesheet of the graph drawn from them.
import { glyph } from "./glyphs.js";

function channel(value) {
  const c = value / 255;
  return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function rgb(colour) {
  const hex = /^#([0-9a-f]{6}|[0-9a-f]{3})/i.exec(colour);
  if (hex) {
    const digits = hex[1].length === 3 ? [...hex[1]].map((d) => d + d).join("") : hex[1];
    return [0, 2, 4].map((i) => parseInt(digits.slice(i, i + 2), 16));
  }
  return (/(\d+)[,\s]+(\d+)[,\s]+(\d+)/.exec(colour) || [0, 255, 255, 255]).slice(1, 4).map(Number);
}

export function luminance(colour) {
  const [r, g, b] = rgb(colour).map(channel);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function themeOf(node) {
  const computed = getComputedStyle(node);
  const read = (name, fallback) => computed.getPropertyValue(name).trim() || fallback;
  const background = read("--st-background-color", "#FFFFFF");
  const dark = luminance(background) < 0.2;
  return {
    dark, background,
    text: read("--st-text-color", dark ? "#FAFAFA" : "#262730"),
    primary: read("--st-primary-color", dark ? "#7DA8FC" : "#055AFF"),
    muted: dark ? "#8B93A1" : "#7A8290",
    link: dark ? "#7D8696" : "#8A93A3",
    font: `${read("--st-font", "sans-serif")}, "Halqa Arabic", sans-serif`,
  };
}

export const colourOf = (family, theme) => (family ? (theme.dark ? family.dark : family.light) : theme.muted);
export const inkOn = (colour) => (luminance(colour) > 0.34 ? "#11151C" : "#FFFFFF");

export function stylesheet(theme, families) {
  const perFamily = Object.entries(families).map(([name, family]) => {
    const fill = colourOf(family, theme);
    return { selector: `node[family = "${name}"]`, style: { shape: family.shape, "background-color": fill, "border-color": fill } };
  });
  const ink = (node) => {
    const colour = colourOf(families[node.data("family")], theme);
    const hollow = node.data("variant") === "victim" || node.data("variant") === "shared";
    return glyph(node.data("glyph"), hollow ? (node.data("variant") === "shared" ? theme.muted : theme.text) : inkOn(colour));
  };
  return [
    { selector: "node", style: {
      width: 30, height: 30, "border-width": 0, "background-color": theme.muted,
      "background-image": ink, "background-width": "58%", "background-height": "58%",
      label: "data(short)", color: theme.text, "font-family": theme.font, "font-size": 11, "font-weight": 400,
      "text-valign": "bottom", "text-margin-y": 5, "text-wrap": "ellipsis", "text-max-width": 150,
      "text-background-color": theme.background, "text-background-opacity": 0.78, "text-background-padding": 1, "overlay-opacity": 0 } },
    ...perFamily,
    { selector: "node[?member]", style: { width: 40, height: 40, "font-size": 13, "font-weight": 600, "z-index": 10 } },
    { selector: 'node[variant = "persona"]', style: { "border-width": 2.5, "border-style": "dashed", "border-color": theme.text } },
    { selector: 'node[variant = "victim"]', style: { "background-opacity": 0, "border-width": 2.5, "border-style": "solid" } },
    { selector: 'node[variant = "shared"]', style: { "background-opacity": 0, "border-width": 2, "border-style": "solid", "border-color": theme.muted, color: theme.muted } },
    { selector: "node[status]", style: { "outline-width": 3, "outline-offset": 3, "outline-color": theme.text } },
    { selector: 'node[status = "lead"]', style: { "outline-style": "solid" } },
    { selector: 'node[status = "corroborate"]', style: { "outline-style": "dashed" } },
    { selector: 'node[status = "watch"]', style: { "outline-style": "dotted" } },
    { selector: "node.pinned", style: { "border-width": 3, "border-style": "double", "border-color": theme.text } },
    { selector: "edge", style: {
      width: "data(width)", "line-color": theme.link, "curve-style": "straight", "source-arrow-color": theme.link, "target-arrow-color": theme.link,
      "arrow-scale": 0.9, color: theme.text, "font-family": theme.font, "font-size": 10, "text-rotation": "autorotate",
      "text-background-color": theme.background, "text-background-opacity": 0.85, "text-background-padding": 2,
      label: "data(short)", "overlay-opacity": 0 } },
    // labels.js says which names are written.
    { selector: ".quiet", style: { label: "" } },
    { selector: "edge[?forward]", style: { "target-arrow-shape": "triangle" } },
    { selector: "edge[?backward]", style: { "source-arrow-shape": "triangle" } },
    { selector: "edge[?inferred]", style: { "line-style": "dashed" } },
    { selector: "edge[?critical]", style: { "line-color": theme.background, "line-outline-width": 2, "line-outline-color": theme.text, "font-weight": 600, label: "data(text)" } },
    { selector: "node.near", style: { "underlay-color": theme.muted, "underlay-opacity": 0.18, "underlay-padding": 8 } },
    { selector: "node.onpath", style: { "underlay-color": theme.primary, "underlay-opacity": 0.25, "underlay-padding": 10 } },
    { selector: "edge.onpath", style: { "line-color": theme.primary, "source-arrow-color": theme.primary, "target-arrow-color": theme.primary, "z-index": 9 } },
    { selector: "node:selected", style: { "underlay-color": theme.primary, "underlay-opacity": 0.45, "underlay-padding": 10, "underlay-shape": "ellipse", label: "data(short)" } },
    { selector: "edge:selected", style: { "line-color": theme.primary, "source-arrow-color": theme.primary, "target-arrow-color": theme.primary, label: "data(text)" } },
    { selector: "node.focus", style: { "underlay-color": theme.text, "underlay-opacity": 0.22, "underlay-padding": 12 } },
    { selector: ".dim", style: { opacity: 0.3 } },
    { selector: ".off", style: { display: "none" } },
  ];
}
