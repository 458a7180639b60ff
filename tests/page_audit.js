/* What a page is held against, in the browser. Each function gives what is wrong, as a list. */
"use strict";
const audit = (function () {
    /* Whether anybody sees it; what is only beside the window is not seen. */
    function isSeen(element) {
        const box = element.getBoundingClientRect();
        return element.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
            box.width > 0 && box.height > 0 && box.right > 0;
    }

    function seen(selector) {
        return Array.from(document.querySelectorAll(selector)).filter(isSeen);
    }

    function wordsOf(element) {
        const own = (element.innerText || element.textContent || "").trim().slice(0, 40);
        return element.tagName.toLowerCase() + " '" + own + "'";
    }

    const CONTROLS = "a[href], button:not([disabled]), input, select, summary, [tabindex='0']";

    /* --- what it is made of --- */

    const SOURCES = ["src", "srcset", "href", "xlink:href", "action", "formaction", "poster", "data",
        "background", "ping", "cite", "manifest"];

    /* Addresses that lead out of the file. */
    function addresses() {
        const found = [];
        for (const element of document.querySelectorAll("*")) {
            for (const name of SOURCES) {
                const value = element.getAttribute(name);
                if (value !== null && !/^(#|data:)/.test(value)) {
                    found.push(wordsOf(element) + " " + name + "=" + value);
                }
            }
        }
        const styles = Array.from(document.querySelectorAll("style"), (each) => each.textContent);
        const own = Array.from(document.querySelectorAll("[style]"), (each) => each.style.cssText);
        return found.concat(styles.concat(own).filter((text) => /url\(|@import/i.test(text)));
    }

    const ELEMENTS = new Set(("html head meta title link style body a header p h1 nav ul li main " +
        "section h2 div span noscript figure figcaption h3 h4 wbr code button svg g path line rect text " +
        "details summary label input select option table caption thead tbody tr th td script " +
        "tspan").split(" "));

    const OF_VEGA = ".chart > form.vega-bindings:empty";

    /* Elements and handlers that no template makes. */
    function strangers() {
        const found = [];
        for (const element of document.querySelectorAll("*")) {
            if (!ELEMENTS.has(element.tagName.toLowerCase()) && !element.matches(OF_VEGA)) {
                found.push(wordsOf(element));
            }
            for (const name of element.getAttributeNames()) {
                if (name.startsWith("on")) {
                    found.push(wordsOf(element) + " " + name);
                }
            }
        }
        return found;
    }

    /* --- what tells those who do not see it --- */

    function gaps(levels) {
        return levels.filter((level, at) => level > (at ? levels[at - 1] : 0) + 1)
            .map((level) => "a heading of level " + level + " below a gap");
    }

    function repeated(ids) {
        return ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => "twice: #" + id);
    }

    const POINTERS = ["aria-labelledby", "aria-describedby", "aria-controls", "for"];

    function lost() {
        const found = [];
        for (const name of POINTERS) {
            for (const element of document.querySelectorAll("[" + name + "]")) {
                for (const id of element.getAttribute(name).split(" ")) {
                    if (!document.getElementById(id)) {
                        found.push(wordsOf(element) + " points to no " + id);
                    }
                }
            }
        }
        for (const link of document.querySelectorAll("a[href^='#']")) {
            if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) {
                found.push(wordsOf(link) + " leads to no " + link.hash);
            }
        }
        return found;
    }

    function structure() {
        const all = (selector) => Array.from(document.querySelectorAll(selector));
        const found = [];
        const demand = (is_so, otherwise) => is_so || found.push(otherwise);
        demand(document.documentElement.lang === "en", "no language");
        demand(document.title.length > 10, "no title");
        demand(all("meta[name=viewport][content*='width=device-width']").length === 1, "viewport");
        demand(!/maximum-scale|user-scalable/.test(document.head.innerHTML), "zooming is forbidden");
        demand(all("h1").length === 1, "not one h1");
        demand(all("main").length === 1, "not one main");
        found.push(...gaps(all("h1, h2, h3, h4").map((each) => Number(each.tagName[1]))));
        found.push(...repeated(all("[id]").map((each) => each.id)), ...lost());
        all("[role=region], section, figure, nav, .legend").forEach((each) => demand(
            each.ariaLabel || each.hasAttribute("aria-labelledby"), "no name: " + wordsOf(each)));
        all("input, select").forEach((each) => demand(each.labels.length, "no label: " +
            each.outerHTML));
        all("th").forEach((each) => demand(each.scope, "no scope: " + wordsOf(each)));
        all("table").forEach((each) => demand(each.caption && each.caption.textContent.trim(),
            "no caption: " + each.id));
        all("table").forEach((each) => demand(each.rows.length > 1, "no row: " + each.id));
        all("section").forEach((each) => demand(each.innerText.trim().includes("\n"),
            "nothing below its heading: " + each.id));
        return found;
    }

    /* --- contrast --- */

    function colourOf(text) {
        const parts = text.match(/[\d.]+/g).map(Number);
        return parts.length < 4 ? parts.concat(1) : parts;
    }

    function lightOf(colour) {
        const [red, green, blue] = colour.map(function (part) {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }

    function contrastOf(one, other) {
        const [less, more] = [lightOf(one), lightOf(other)].sort((a, b) => a - b);
        return (more + 0.05) / (less + 0.05);
    }

    /* The colour behind an element: of the nearest that has one. */
    function behind(element) {
        for (let each = element; each; each = each.parentElement) {
            const colour = colourOf(getComputedStyle(each).backgroundColor);
            if (colour[3] === 1) {
                return colour;
            }
        }
        return [255, 255, 255, 1];
    }

    /* The colour behind a text in a chart: of the mark below its middle, or of the page. */
    function behindInChart(text) {
        const box = text.getBoundingClientRect();
        const x = box.left + box.width / 2;
        const y = box.top + box.height / 2;
        const marks = text.ownerSVGElement.querySelectorAll(".mark-rect.role-mark path");
        const below = Array.from(marks).filter(function (mark) {
            const own = mark.getBoundingClientRect();
            return own.left < x && x < own.right && own.top < y && y < own.bottom;
        }).pop();
        return below ? colourOf(getComputedStyle(below).fill) : behind(text.ownerSVGElement);
    }

    function leastOf(style) {
        const size = parseFloat(style.fontSize);
        return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    }

    function weak(element, own, other, style) {
        const contrast = contrastOf(own, other);
        const told = wordsOf(element) + ": " + own + " on " + other + ": " + contrast.toFixed(2);
        return contrast < leastOf(style) ? [told] : [];
    }

    function elementsWithText() {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = new Set();
        while (texts.nextNode()) {
            const parent = texts.currentNode.parentElement;
            if (texts.currentNode.textContent.trim() && isSeen(parent)) {
                found.add(parent);
            }
        }
        return Array.from(found);
    }

    function contrasts() {
        const found = [];
        const elements = elementsWithText().concat(seen("input, select"));
        for (const element of elements) {
            const style = getComputedStyle(element);
            const isDrawn = element.closest(".chart") !== null;
            const own = colourOf(isDrawn ? style.fill : style.color);
            const other = isDrawn ? behindInChart(element) : behind(element);
            found.push(...weak(element, own, other, style));
        }
        for (const button of seen("th button")) {
            const style = getComputedStyle(button, "::after");
            found.push(...weak(button, colourOf(style.color), behind(button), style));
        }
        return {found: found, texts: elements.length};
    }

    /* --- places --- */

    /* What is cut off or reaches beyond a width. */
    function overflows(width) {
        const found = [];
        if (document.documentElement.scrollWidth > width) {
            found.push("the document is " + document.documentElement.scrollWidth + " px wide");
        }
        for (const chart of seen(".chart")) {
            const box = chart.getBoundingClientRect();
            for (const text of chart.querySelectorAll("svg, text")) {
                const own = text.getBoundingClientRect();
                if (own.width > 0 && (own.left < box.left - 1 || own.right > box.right + 1 ||
                        own.top < box.top - 1 || own.bottom > box.bottom + 1)) {
                    found.push(chart.dataset.chart + " cuts " + wordsOf(text));
                }
            }
        }
        return found;
    }

    function smallTargets(least) {
        return seen("a[href], button, input, select, summary").filter(function (each) {
            const box = each.getBoundingClientRect();
            return box.width < least || box.height < least;
        }).map(wordsOf);
    }

    /* --- keys --- */

    /* Writes down what has the focus from now on, and whether that is seen. */
    function watchFocus() {
        window.focused = [];
        addEventListener("focusin", function (event) {
            const style = getComputedStyle(event.target);
            const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 &&
                contrastOf(colourOf(style.outlineColor), behind(event.target)) >= 3;
            window.focused.push([event.target, isOutlined]);
        });
    }

    /* What keys never reached, or reached without a sign of it. */
    function focusGaps() {
        const reached = new Set(window.focused.map((each) => each[0]));
        const hidden = window.focused.filter((each) => !each[1]);
        const skip = document.querySelector(".skip");
        return seen(CONTROLS).concat(skip).filter((each) => !reached.has(each))
            .map((each) => "not reached: " + wordsOf(each))
            .concat(hidden.map((each) => "not to be seen: " + wordsOf(each[0])));
    }

    return {addresses, strangers, structure, contrasts, overflows, smallTargets, watchFocus,
        focusGaps, seen, wordsOf, controls: () => seen(CONTROLS)};
}());
