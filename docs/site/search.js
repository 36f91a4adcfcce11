/* SPDX-License-Identifier: MIT */
/* Looks in INDEX, which scripts/site makes, for what is typed or asked for: search.html?q=WORDS. Every word has to
 * stand in the same section, anywhere, also within a word: "recv" finds "recvfrom". */
"use strict";

const SHOWN = 60, AROUND = 70; // results, and characters before and after the first word in an excerpt
const query = document.getElementById("query");
const found = document.getElementById("found");
const results = document.getElementById("results");

const SECTIONS = INDEX.map(([page, title, anchor, section, text, line], place) =>
  ({ page, title, anchor, section, text, line, place,
     lower: { title: title.toLowerCase(), section: section.toLowerCase(), text: text.toLowerCase() } }));

/* A word counts most in a section's heading or the page's title, then by how often it stands in the text. */
function score({ lower }, words) {
  let sum = 0;
  for (const word of words) {
    const points = (lower.section.includes(word) ? 20 : 0) + (lower.title.includes(word) ? 10 : 0) +
      Math.min(lower.text.split(word).length - 1, 5);
    if (points === 0) return 0;
    sum += points;
  }
  return sum;
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { words, hits: [] };
  const hits = SECTIONS.map(section => ({ section, score: score(section, words) })).filter(hit => hit.score > 0);
  hits.sort((a, b) => b.score - a.score || a.section.place - b.section.place);
  return { words, hits: hits.map(hit => hit.section) };
}

function element(name, text = "", parent = null) {
  const made = document.createElement(name);
  made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

/* Writes TEXT into PARENT with the WORDS marked. */
function marked(parent, text, words) {
  const pattern = new RegExp("(" + words.map(w => w.replace(/[^\p{L}\p{N}\s]/gu, "\\$&")).join("|") + ")", "i");
  text.split(pattern).forEach((part, i) => element(i % 2 ? "mark" : "span", part, parent));
}

/* The text around the rarest of the words that stand in it, cut between words. */
function excerpt({ text, lower }, words) {
  const times = word => lower.text.split(word).length - 1;
  const rarest = words.filter(times).sort((a, b) => times(a) - times(b))[0];
  const at = rarest ? lower.text.indexOf(rarest) : 0;
  const before = text.slice(Math.max(0, at - AROUND), at);
  const after = text.slice(at, at + 2 * AROUND);
  return (at > AROUND ? before.replace(/^\S*\s/, "… ") : before) +
    (text.length > at + 2 * AROUND ? after.replace(/\s\S*$/, " …") : after);
}

/* In a program, the line in which the first word stands. */
function anchorOf({ anchor, line, lower }, words) {
  const at = lower.text.indexOf(words[0]);
  return line && at >= 0 ? "L" + (line + lower.text.slice(0, at).split("\n").length - 1) : anchor;
}

function show() {
  const { words, hits } = search(query.value);
  results.replaceChildren();
  if (words.length === 0) found.textContent = "Type what you look for: a call, an error, a word.";
  else if (hits.length === 0)
    found.textContent = `Nothing found: no section has “${words.join("” and “")}” in it.`;
  else found.textContent = (hits.length === 1 ? "One section" : hits.length + " sections") +
    (hits.length > SHOWN ? `, the first ${SHOWN} of them:` : ":");
  for (const hit of hits.slice(0, SHOWN)) {
    const item = element("li", "", results);
    const anchor = anchorOf(hit, words);
    const link = element("a", "", item);
    link.href = hit.page + (anchor ? "#" + anchor : "");
    marked(link, hit.section ? `${hit.title} › ${hit.section}` : hit.title, words);
    marked(element("p", "", item), excerpt(hit, words), words);
  }
}

/* Enter goes to the first result; the arrow keys go from one to the next, and back to the words. */
function keys(event) {
  const stops = [query, ...results.querySelectorAll("a")];
  const here = stops.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && here >= 0 && stops[here + step]) {
    event.preventDefault();
    stops[here + step].focus();
  }
}

query.value = new URLSearchParams(location.search).get("q") || "";
query.addEventListener("input", () => {
  history.replaceState(null, "", "?q=" + encodeURIComponent(query.value));
  show();
});
query.form.addEventListener("submit", event => {
  event.preventDefault();
  const first = results.querySelector("a");
  if (first) first.click();
});
document.addEventListener("keydown", keys);
show();
if (!query.value) query.focus();
