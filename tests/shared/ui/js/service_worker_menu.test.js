import assert from "node:assert/strict";
import { test } from "node:test";

import { rememberMenu, showMenu } from "#js/service_worker/menu.js";

/** An element with just what the menu needs. */
class Element {
  attributes = {};
  children = [];

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  closest() {
    return this;
  }
}

class Storage extends Map {
  setItem = (name, value) => this.set(name, value);
  getItem = (name) => this.get(name) ?? null;
  removeItem = (name) => this.delete(name);
}

function pageOf(links, lang = "da") {
  const anchors = links.map(([href, textContent]) => ({ getAttribute: () => href, textContent }));
  return { documentElement: { lang }, querySelectorAll: () => anchors };
}

function shellOf(lang = "da") {
  const [list, header] = [new Element(), new Element()];
  const parts = { "[data-shell] .site-menu-panel .places ul": list, ".site-header": header };
  return {
    list,
    header,
    documentElement: { lang },
    location: { pathname: "/pledges/new" },
    querySelector: (selector) => parts[selector] ?? null,
    createElement: () => new Element(),
  };
}

const linksIn = (list) => list.children.map(({ children: [link] }) => [link.href, link.textContent]);
const LINKS = [["/pledges/new", "Nyt tilsagn"], ["/queue", "Arbejdsliste"]];

test("the menu of the last page is that of a page without the network, in its language", () => {
  const storage = new Storage();
  rememberMenu(pageOf(LINKS), storage);
  const shell = shellOf();
  showMenu(shell, storage);
  assert.deepEqual(linksIn(shell.list), LINKS);
  assert.deepEqual(linksIn(shell.header.children[0].children[0].children[0]), LINKS);
  assert.equal(shell.list.children[0].children[0].getAttribute("aria-current"), "page");
  const english = shellOf("en");
  showMenu(english, storage);
  assert.deepEqual(english.list.children, []);
});

test("a page without a menu, such as a guest's, makes it forgotten", () => {
  const storage = new Storage();
  rememberMenu(pageOf(LINKS), storage);
  rememberMenu(pageOf(LINKS, "en"), storage);
  rememberMenu(pageOf([]), storage);
  assert.equal(storage.size, 0);
});

test("what is damaged or leads elsewhere is not shown", () => {
  for (const stored of ["{", "null", '[["https://example.org", "x"]]', '[["//example.org", "x"]]', '[["javascript:1", "x"]]']) {
    const shell = shellOf();
    showMenu(shell, new Storage([["tilsagn-menu da", stored]]));
    assert.deepEqual(shell.list.children, [], stored);
  }
});
