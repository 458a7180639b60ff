"use strict";
(function () {
    /* --- tables: sorted by a column, and rows that are chosen --- */

    /* All digits of a figure, or a text, if there is nothing else that it is sorted by. */
    function keyOf(row, column) {
        const cell = row.cells[column];
        return cell.dataset.key ?? (cell.title || cell.textContent);
    }

    /* What is missing comes last in either direction. */
    function compare(column, isNumber, sign) {
        return function (left, right) {
            const a = keyOf(left, column);
            const b = keyOf(right, column);
            if (a === "" || b === "") {
                return (a === "") - (b === "");
            }
            return sign * (isNumber ? Number(a) - Number(b) : a.localeCompare(b));
        };
    }

    function isNumeric(rows, column) {
        return rows.every(function (row) {
            const key = keyOf(row, column);
            return key === "" || Number.isFinite(Number(key));
        });
    }

    function sortBy(table, heading) {
        const column = heading.cellIndex;
        const body = table.tBodies[0];
        const rows = Array.from(body.rows);
        const goesDown = heading.getAttribute("aria-sort") === "ascending";
        rows.sort(compare(column, isNumeric(rows, column), goesDown ? -1 : 1));
        body.append(...rows);
        for (const other of table.tHead.rows[0].cells) {
            other.removeAttribute("aria-sort");
        }
        heading.setAttribute("aria-sort", goesDown ? "descending" : "ascending");
    }

    function addSorting(table) {
        for (const heading of table.tHead.rows[0].cells) {
            const button = document.createElement("button");
            button.type = "button";
            button.append(heading.querySelector(".word"));
            button.addEventListener("click", function () {
                sortBy(table, heading);
            });
            heading.prepend(button);
        }
    }

    function addFilters(table, tool) {
        const words = tool.querySelector("input");
        const choices = Array.from(tool.querySelectorAll("select"));
        const count = tool.querySelector(".count");
        /* What is folded is not what a reader looks for. */
        function textOf(row) {
            const copy = row.cloneNode(true);
            copy.querySelectorAll("details").forEach((each) => each.remove());
            return copy.textContent.toLowerCase();
        }
        const texts = new Map(Array.from(table.tBodies[0].rows, (row) => [row, textOf(row)]));
        function isShown(row) {
            const text = texts.get(row);
            return words.value.toLowerCase().split(/\s+/).every(function (word) {
                return text.includes(word);
            }) && choices.every(function (choice) {
                return !choice.value ||
                    row.cells[choice.dataset.column].textContent === choice.value;
            });
        }
        function choose() {
            let shown = 0;
            for (const row of table.tBodies[0].rows) {
                row.hidden = !isShown(row);
                shown += row.hidden ? 0 : 1;
            }
            count.textContent = shown + " of " + table.tBodies[0].rows.length + " rows";
        }
        tool.addEventListener("input", choose);
        tool.hidden = false;
        choose();
    }

    for (const table of document.querySelectorAll("table")) {
        if (table.tBodies[0].rows.length > 1) {
            addSorting(table);
        }
        const tool = document.querySelector('[data-for="' + table.id + '"]');
        if (table.tBodies[0].rows.length > 12 || tool.querySelector("select")) {
            addFilters(table, tool);
        }
    }

    /* --- charts --- */

    const loaded = {};

    function load(name) {
        if (!(name in loaded)) {
            const module = {exports: {}};
            loaded[name] = module.exports;
            vegaModules[name](load, module.exports, module);
            loaded[name] = module.exports;
        }
        return loaded[name];
    }

    const tip = document.getElementById("tip");

    /* Shows what belongs to a mark beside the pointer, within the window. */
    function showTip(handler, event, item, value) {
        tip.hidden = value === null || value === undefined || value === "";
        if (tip.hidden) {
            return;
        }
        tip.textContent = value;
        const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
        const above = event.clientY - tip.offsetHeight - 14;
        tip.style.left = Math.max(left, 4) + "px";
        tip.style.top = (above > 0 ? above : event.clientY + 18) + "px";
    }

    function draw(place, spec) {
        const parser = load("vega-parser");
        const vega = load("vega-view");
        const name = place.getAttribute("aria-label"); /* in place of which Vega has its own */
        const view = new vega.View(parser.parse(spec, {}, {ast: true}), {
            expr: load("vega-interpreter").expressionInterpreter,
            renderer: "svg",
            container: place,
            hover: true,
            tooltip: showTip,
        });
        return view.description(name);
    }

    /* A strategy that is chosen stands out in its chart, until it is chosen again. */
    function addLegend(figure, view) {
        const buttons = Array.from(figure.querySelectorAll(".legend button"));
        for (const button of buttons) {
            button.disabled = false;
            button.addEventListener("click", function () {
                const isChosen = button.getAttribute("aria-pressed") === "true";
                for (const other of buttons) {
                    other.setAttribute("aria-pressed", String(other === button && !isChosen));
                }
                view.signal("pick", isChosen ? null : button.dataset.series).runAsync();
            });
        }
    }

    const places = document.querySelectorAll("[data-chart]");
    if (places.length > 0) {
        const dataflow = load("vega-dataflow");
        for (const each of ["transforms", "view-transforms", "encode"]) {
            Object.assign(dataflow.transforms, load("vega-" + each));
        }
    }
    const specs = JSON.parse(document.getElementById("specs").textContent);
    for (const place of places) {
        const view = draw(place, specs[place.dataset.chart]);
        addLegend(place.closest("figure"), view);
        view.runAsync();
    }
    document.addEventListener("keydown", function (event) {
        if (event.key === "Escape") {
            tip.hidden = true;
        }
    });
}());
