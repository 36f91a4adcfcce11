/* SPDX-License-Identifier: MIT */
/* Light or dark, the contents list, and the key of the search. Without this script the pages read the same. */
"use strict";

/* A page that is opened as a file may have no localStorage: then the choice lasts as long as the page. */
function remembered() {
  try { return localStorage.getItem("theme"); } catch (e) { return null; }
}
function remember(theme) {
  try { localStorage.setItem("theme", theme); } catch (e) { /* see above */ }
}

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
if (remembered()) root.dataset.theme = remembered(); // in the head, before anything is painted

const isDark = () => (root.dataset.theme || (systemIsDark.matches ? "dark" : "light")) === "dark";

function themeButton() {
  const button = document.createElement("button");
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.id = "theme";
  button.type = "button";
  button.title = "Light or dark";
  button.onclick = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    label();
  };
  systemIsDark.addEventListener("change", label);
  label();
  document.querySelector("header").append(button);
}

/* The list stays open beside the text, and is folded above it where there is no room. */
function foldContents(details) {
  const wide = matchMedia("(min-width: 64em)");
  const fold = () => { details.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
}

/* Marks the section that is being read: the last one whose heading is above the line at a third of the window. At the
 * foot of the page it is the last one, which may be too short to get there. */
function followReader(links) {
  const targets = links.map(a => document.getElementById(decodeURIComponent(a.hash.slice(1))));
  const passed = new Set();
  let atFoot = false;
  const mark = () => {
    const now = atFoot && scrollY > 0 ? targets.length - 1 : targets.map(t => passed.has(t)).lastIndexOf(true);
    links.forEach((a, i) => {
      if (i === now) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    });
    if (now >= 0) keepInSight(links[now]);
  };
  const headings = new IntersectionObserver(entries => {
    for (const e of entries) {
      if (e.isIntersecting) passed.add(e.target);
      else passed.delete(e.target);
    }
    mark();
  }, { rootMargin: "1000000px 0px -67% 0px" });
  const foot = new IntersectionObserver(entries => {
    atFoot = entries[entries.length - 1].isIntersecting;
    mark();
  }, { threshold: 1 });
  targets.forEach(t => headings.observe(t));
  foot.observe(document.querySelector(".turn"));
}

/* A long list scrolls by itself. */
function keepInSight(link) {
  const list = link.closest(".contents");
  const place = link.getBoundingClientRect(), room = list.getBoundingClientRect();
  if (place.top < room.top) list.scrollTop -= room.top - place.top + 20;
  if (place.bottom > room.bottom) list.scrollTop += place.bottom - room.bottom + 20;
}

function searchKey(event) {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("query").focus();
  document.getElementById("query").select();
}

document.addEventListener("DOMContentLoaded", () => {
  themeButton();
  document.addEventListener("keydown", searchKey);
  const details = document.querySelector(".contents details");
  if (!details) return;
  foldContents(details);
  followReader([...details.querySelectorAll("a")]);
});
