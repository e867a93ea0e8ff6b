// Search and sort for the index. Without it the page is the same table, unsorted and whole.
(function () {
  "use strict";
  var table = document.getElementById("reports");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var search = document.getElementById("search");
  var shown = document.getElementById("shown");
  var compare = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" }).compare;

  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }
  var texts = rows.map(function (row) { return fold(row.textContent); });

  function filter() {
    var words = fold(search.value).split(/\s+/);
    var count = 0;
    rows.forEach(function (row, index) {
      row.hidden = !words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      count += row.hidden ? 0 : 1;
    });
    shown.textContent = count + " of " + rows.length + " shown";
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    cell.textContent = "";
    cell.appendChild(button);
    button.addEventListener("click", function () {
      var down = cell.getAttribute("aria-sort") === "ascending";
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.slice().sort(function (a, b) {
        var order = compare(a.cells[column].textContent, b.cells[column].textContent);
        return down ? -order : order;
      }).forEach(function (row) { body.appendChild(row); });
    });
  });

  search.addEventListener("input", filter);
  document.querySelector(".tools").hidden = false;
  filter();
}());
