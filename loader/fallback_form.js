// The plain message form. Shows no conversation: replies go to the visitor's e-mail address.

import { build } from './dom.js';
import { FallbackClient, asObject, known } from './fallback_client.js';

const TEXTS = {
  fallback_heading: 'Leave us a message',
  fallback_note: 'The live chat does not run here, but your message reaches us.',
  fallback_message: 'Message',
  fallback_email: 'Your e-mail, so that we can answer',
  fallback_send: 'Send',
  fallback_sending: 'Sending…',
  fallback_sent: 'Thank you. We have your message.',
  fallback_failed: 'That did not work. Your message is still here: please try again.',
  consent_text: 'What you write here is sent to us and to the service that runs this chat. Is that all right?',
  consent_policy: 'Privacy policy',
  fallback_unsure: 'We could not confirm that your message arrived. It is not sent twice.',
};

/** Builds the question for consent, as a required checkbox. */
function buildConsent(settings, texts) {
  const checkbox = build(['input', { name: 'consent', type: 'checkbox', required: '' }]);
  const policy = settings['consent-url'];
  const link = { href: policy ?? '', target: '_blank', rel: 'noopener noreferrer' };
  return [
    build(['label', { class: 'consent' }, [checkbox, texts.consent_text]]),
    ...(policy ? [build(['a', link, [texts.consent_policy]])] : []),
  ];
}

/** Builds the form. `settings`: by attribute or property name, as the element has them. */
export function buildForm(settings) {
  const texts = { ...TEXTS, ...asObject(settings.strings) };
  const message = build(['textarea', { name: 'message', required: '', rows: 4, maxlength: 4000, dir: 'auto' }]);
  const email = build(['input', { name: 'email', type: 'email', autocomplete: 'email', value: known(settings, 'email') ?? '' }]);
  // The form requires the consent that the chat would ask for first; its sentences are those of
  // src/strings/table.rs.
  const consent = settings.consent === undefined ? [] : buildConsent(settings, texts);
  const button = build(['button', {}, [texts.fallback_send]]);
  const outcome = build(['p', { class: 'outcome', role: 'status' }]);
  const form = build([
    'form',
    { class: 'form' },
    [
      ['h2', {}, [settings.heading || texts.fallback_heading]],
      ['p', {}, [texts.fallback_note]],
      ['label', {}, [texts.fallback_message, message]],
      ['label', {}, [texts.fallback_email, email]],
      ...consent,
      button,
      outcome,
    ],
  ]);
  const client = new FallbackClient(settings);
  let isSending = false;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = message.value.trim();
    if (isSending || !text) return;
    isSending = message.readOnly = true;
    button.setAttribute('aria-disabled', 'true');
    outcome.textContent = texts.fallback_sending;
    const result = await client.send(text, email.value.trim());
    outcome.textContent = texts[`fallback_${result}`];
    if (result === 'sent') message.value = '';
    isSending = message.readOnly = false;
    button.removeAttribute('aria-disabled');
  });

  return form;
}
