// A list of what was said and when, newest first, of which only so much is kept.

/** Shows in `element`; `add` takes the next text and the class of its item. */
export function list(element, kept) {
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
      while (element.childElementCount > kept) element.lastElementChild.remove();
    },
  };
}
