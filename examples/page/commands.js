// Commands for a shell that do the same as this page, at the node that it reads from.

const COPIED = 1_500;

const lines = url => [
  ['Read the numbers', `curl -N ${url}/numbers`],
  ['Those of the last ten seconds first', `curl -N '${url}/numbers?since=10s'`],
  ['As a browser reads them, with ids to go on after', `curl -N -H 'Accept: text/event-stream' ${url}/numbers`],
  ['All that this page reads, one JSON a line', `curl -N '${url}/numbers,/announcements,/cluster?as=ndjson'`],
  ['Publish on a channel of your own', `curl -d 'Hello' ${url}/hello`],
  ['Wait for one message of it', `curl '${url}/hello?poll=1&since=latest'`],
];

/** Shows them in `element`. */
export function commands(element, url) {
  element.replaceChildren(...lines(url).map(([what, command]) => {
    const item = document.createElement('li');
    const title = document.createElement('span');
    const code = document.createElement('code');
    title.textContent = what;
    code.textContent = command;
    item.append(title);
    if (navigator.clipboard) item.append(copier(command)); // only where the browser trusts the address
    item.append(code);
    return item;
  }));
}

function copier(command) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'copy';
  button.onclick = async () => {
    await navigator.clipboard.writeText(command);
    button.textContent = 'copied';
    setTimeout(() => { button.textContent = 'copy'; }, COPIED);
  };
  return button;
}
