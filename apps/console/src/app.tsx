// The console: signing in, or the page that the address names.
import type { Scope } from '@gradus/domain';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AgentPage } from './agents/agentPage.js';
import { AgentsPage } from './agents/agentsPage.js';
import { CreatePage } from './create/createPage.js';
import { PlanPage } from './plan/planPage.js';
import { PlansPage } from './plans/plansPage.js';
import { currentPage, type Page } from './router.js';
import { may, readSession, session } from './session.js';
import { Shell } from './shell.js';
import { SignIn } from './signIn.js';
import { Fault } from './ui/fault.js';
import { Loading } from './ui/loading.js';

const TITLES: Record<Page['name'], string> = {
  plans: 'Plans',
  plan: 'Plan',
  new: 'New plan',
  agents: 'Agents',
  agent: 'Agent',
  unknown: 'Nothing here',
};

/** Without these a page has nothing to show. */
const SCOPES: Record<Page['name'], Scope | null> = {
  plans: 'plans:read',
  plan: 'plans:read',
  new: 'plans:write',
  agents: 'agents:read',
  agent: 'agents:read',
  unknown: null,
};

function Content({ page }: { page: Page }) {
  const scope = SCOPES[page.name];
  if (scope !== null && !may(scope)) {
    return (
      <div class="empty">
        <h1 tabIndex={-1}>{TITLES[page.name]}</h1>
        <p>
          Your token lacks the scope <code>{scope}</code>, without which there is nothing to show here.
        </p>
      </div>
    );
  }
  switch (page.name) {
    case 'plans':
      return <PlansPage />;
    case 'plan':
      return <PlanPage key={page.planId} planId={page.planId} />;
    case 'new':
      return <CreatePage />;
    case 'agents':
      return <AgentsPage />;
    case 'agent':
      return <AgentPage key={page.agentId} agentId={page.agentId} />;
    case 'unknown':
      return (
        <div class="empty">
          <h1 tabIndex={-1}>There is nothing here</h1>
          <p>
            <a href="/">To the plans</a>
          </p>
        </div>
      );
  }
}

export function App() {
  const [fault, setFault] = useState<unknown>(null);
  const page = currentPage();
  const shown = useRef(page.name);

  function begin(): void {
    setFault(null);
    readSession().catch(setFault);
  }
  useEffect(begin, []);

  useEffect(() => {
    document.title = `${TITLES[page.name]} · Gradus`;
    // Who hears the page is told that it is another one; at the first there is nothing to tell.
    if (shown.current !== page.name) document.querySelector('h1')?.focus();
    shown.current = page.name;
  }, [page.name]);

  if (fault !== null) return <Fault error={fault} retry={begin} />;
  if (session.value === undefined) return <Loading what="who you are" />;
  if (session.value === null) return <SignIn />;
  return (
    <Shell>
      <Content page={page} />
    </Shell>
  );
}
