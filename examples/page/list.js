// A bounded list of entries with their time, newest first.

/** Shows at most `limit` entries in `element`; `add` takes the text of an entry and the class of its item. */
export function list(element, limit) {
  return {
    add(text, kind = '') {
      const item = document.createElement('li');
      const time = document.createElement('time');
      const body = document.createElement('span');
      const now = new Date();
      time.dateTime = now.toISOString();
      time.textContent = now.toLocaleTimeString([], { hourCycle: 'h23' });
      body.textContent = text;
      item.className = kind;
      item.append(time, body);
      element.prepend(item);
      while (element.childElementCount > limit) element.lastElementChild.remove();
    },
  };
}
