// Tabs of the controls, by the tabs pattern of the ARIA Authoring Practices.

import { freshId, make } from './nodes.js';
import { startPanel } from './panel_start.js';
import { tokensPanel } from './panel_tokens.js';
import { partsPanel } from './panel_parts.js';
import { checkPanel } from './panel_check.js';

const PANELS = { Start: startPanel, Tokens: tokensPanel, Parts: partsPanel, Check: checkPanel };

export function addPanels(studio) {
  const list = document.querySelector('.tabs');
  const pages = document.querySelector('.pages');
  const tabs = Object.entries(PANELS).map(([title, fill]) => {
    const page = make('section', { role: 'tabpanel', id: freshId('page'), tabindex: '0', hidden: true });
    const tab = make('button', { type: 'button', role: 'tab', id: freshId('tab'), 'aria-controls': page.id, 'aria-selected': 'false', tabindex: '-1' }, title);
    page.setAttribute('aria-labelledby', tab.id);
    // Filled when first shown, as many controls are expensive.
    let isFilled = false;
    const select = () => {
      for (const other of tabs) {
        other.tab.setAttribute('aria-selected', other.tab === tab);
        other.tab.tabIndex = other.tab === tab ? 0 : -1;
        other.page.hidden = other.page !== page;
      }
      if (!isFilled) page.append(...[fill(studio, tab)].flat());
      isFilled = true;
    };
    tab.addEventListener('click', select);
    list.append(tab);
    pages.append(page);
    return { tab, page, select };
  });
  list.addEventListener('keydown', ({ key }) => {
    const at = tabs.findIndex(({ tab }) => tab === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key];
    if (next === undefined) return;
    const { tab, select } = tabs[(next + tabs.length) % tabs.length];
    select();
    tab.focus();
  });
  tabs[0].select();
}
