// The tree of services.
import { Fact, count, duration, html } from '/-/dashboard/ui.js';

/** The services of a tree with their depth, parents first. */
export function flatten(service, depth = 0, into = []) {
  into.push({ ...service, depth, name: depth ? service.path.slice(service.path.lastIndexOf('/') + 1) : service.path });
  (service.children ?? []).forEach(child => flatten(child, depth + 1, into));
  return into;
}

/**
 * Table of a tree. `at` is the time of the sample. If `choose` is given, the name of a service is a button that chooses it.
 */
export function ServiceTable({ tree, at, chosen, choose }) {
  return html`
    <div class="scroll" role="region" aria-label="Services" tabindex="0">
      <table class="tree">
        <thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col" class="num optional">For</th>
          <th scope="col" class="num optional">Tasks</th><th scope="col" class="num">Restarts</th>
          <th scope="col">Problem</th></tr></thead>
        <tbody>
          ${flatten(tree).map(each => html`
            <tr key=${each.path} class=${each.path === chosen ? 'chosen' : null}>
              <td class="name"><span class="depth" aria-hidden="true">${each.depth ? ' '.repeat(2 * each.depth - 2) + '└ ' : ''}</span>${choose
                ? html`<button type="button" aria-pressed=${each.path === chosen} onClick=${() => choose(each.path)}>${each.name}</button>`
                : each.name}</td>
              <td><span class=${each.state}>${each.state}</span></td>
              <td class="num optional">${age(each, at)}</td>
              <td class="num optional">${count(each.tasks)}</td>
              <td class="num">${count(each.restarts)}</td>
              <td>${problem(each)}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>`;
}

function age(service, at) {
  return duration(service.sinceMillis ?? Math.max(0, at - Date.parse(service.since)));
}

function isWaiting(service) {
  return service.restartInMillis !== undefined && service.restartInMillis !== null;
}

function problem(service) {
  const parts = [];
  if (isWaiting(service)) {
    parts.push('next restart in ' + duration(service.restartInMillis));
  }
  if (service.reason) parts.push(service.reason);
  const error = service.failure ?? service.lastError;
  if (error && !(service.reason && error.endsWith(service.reason))) parts.push(error);
  return html`<span class=${service.state === 'READY' ? 'muted' : 'bad'}>${parts.join('; ')}</span>`;
}

/** State of a service, and the details of its health. */
export function ServiceFacts({ service, at }) {
  return html`
    <dl class="facts small">
      <${Fact} label="State"><span class=${service.state}>${service.state}</span><//>
      <${Fact} label="For">${age(service, at)}<//>
      <${Fact} label="Class"><span class="mono">${service.type}</span><//>
      <${Fact} label="Restarts">${count(service.restarts)}<//>
      ${isWaiting(service) ? html`<${Fact} label="Next restart in">${duration(service.restartInMillis)}<//>` : null}
      ${Object.entries(service.details ?? {}).map(([name, value]) => html`<${Fact} key=${name} label=${name}>${value}<//>`)}
    </dl>
    ${service.reason ? html`<p class=${service.state === 'READY' ? 'muted' : 'bad'}>${service.reason}</p>` : null}`;
}

export function ServicesPage({ tree, at, argument }) {
  if (!tree) return html`<p class="muted">Waiting for the first sample.</p>`;
  const chosen = flatten(tree).find(each => each.path === argument);
  return html`
    <div class="split">
      <section>
        <h2>Services</h2>
        <${ServiceTable} tree=${tree} at=${at} chosen=${argument}
          choose=${path => { location.hash = path === argument ? '#/services' : '#/services/' + encodeURIComponent(path); }}/>
      </section>
      <aside aria-label=${chosen ? 'Service ' + chosen.path : 'Service'}>
        ${chosen ? html`
          <h2 class="mono">${chosen.path}</h2>
          <${ServiceFacts} service=${chosen} at=${at}/>
          ${chosen.failure && !chosen.failure.endsWith(chosen.reason ?? '') ? html`<p class="bad">${chosen.failure}</p>` : null}`
    : html`<p class="muted">Choose a service to see the details of its health.</p>`}
        <p class="muted">Settings, log, stack traces and actions are on the dashboard of the process:
          ${' '}<code>ginkgo run --dashboard</code> serves it.</p>
      </aside>
    </div>`;
}
