// An event as a CloudEvent (https://github.com/cloudevents/spec, 1.0), in structured mode: what is signed is the body,
// and in this mode every attribute is in it.
import type { KeptEvent } from '@gradus/domain';
import { CloudEvent, HTTP } from 'cloudevents';

/** Text that sorts as the numbers do. */
const SEQUENCE_DIGITS = 10;

export interface Message {
  headers: Record<string, string>;
  body: string;
}

/** @param namespace tells the events of one Gradus from those of another */
export function cloudEventOf(event: KeptEvent, namespace: string): Message {
  const { headers, body } = HTTP.structured(
    new CloudEvent({
      id: `${event.planId}.${event.id}`,
      source: `urn:gradus:${namespace}`,
      type: `gradus.${event.type}`,
      subject: event.planId,
      time: event.at,
      datacontenttype: 'application/json',
      sequence: event.id.padStart(SEQUENCE_DIGITS, '0'),
      data: event,
    }),
  );
  return { headers: headers as Record<string, string>, body: String(body) };
}
