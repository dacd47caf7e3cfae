// What makes the demo page a page of a shop: /?product=jacket-001 stands for that product's page, and the things to try
// are said by pressing.
const chat = document.querySelector("shoptalk-chat");
const product = new URLSearchParams(location.search).get("product");
if (product) chat.setAttribute("product", product);

document.querySelector("#script").textContent = `<script type="module" src="${location.origin}/widget.js"></script>`;
document.querySelector("#tries").addEventListener("click", ({ target }) => {
  if (target.localName !== "button") return;
  chat.open();
  chat.send(target.textContent);
});
