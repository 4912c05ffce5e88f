// Everything by keyboard: the keys that the help lists.

function listen(player, events, search, help) {
  const keys = {
    " ": () => player.toggle(),
    ArrowLeft: ({ shiftKey }) => player.jump(player.step - (shiftKey ? 10 : 1)),
    ArrowRight: ({ shiftKey }) => player.jump(player.step + (shiftKey ? 10 : 1)),
    Home: () => player.jump(0),
    End: () => player.jump(player.last),
    n: () => events.next(),
    p: () => events.previous(),
    "/": () => search.input.focus(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (writes(event.target) || (event.key === " " && event.target.matches("button, summary, input"))) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}

/** Whether keys are this element's own: where one types, or chooses. */
function writes(node) {
  return node.matches("select, textarea, input:not([type=range]):not([type=checkbox])");
}
