// Shell commands that do the same as this page, on the node that it is connected to.

const COPIED_MS = 1_500;

const lines = url => [
  ['Subscribe to the numbers', `curl -N ${url}/numbers`],
  ['Start with the numbers of the last ten seconds', `curl -N '${url}/numbers?since=10s'`],
  ['As server-sent events, with ids to resume from', `curl -N -H 'Accept: text/event-stream' ${url}/numbers`],
  ['All channels of this page, one JSON object per line', `curl -N '${url}/numbers,/announcements,/cluster?as=ndjson'`],
  ['Publish on another channel', `curl -d 'Hello' ${url}/hello`],
  ['Wait for one message of that channel', `curl '${url}/hello?poll=1&since=latest'`],
];

/** Shows the commands in `element`. */
export function commands(element, url) {
  element.replaceChildren(...lines(url).map(([description, command]) => {
    const item = document.createElement('li');
    const title = document.createElement('span');
    const code = document.createElement('code');
    title.textContent = description;
    code.textContent = command;
    item.append(title);
    if (navigator.clipboard) item.append(copyButton(command)); // only in a secure context
    item.append(code);
    return item;
  }));
}

function copyButton(command) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'copy';
  button.onclick = async () => {
    await navigator.clipboard.writeText(command);
    button.textContent = 'copied';
    setTimeout(() => { button.textContent = 'copy'; }, COPIED_MS);
  };
  return button;
}
