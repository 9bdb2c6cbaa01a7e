// The few words of Redis' protocol that its supervisor needs, so that nothing has to be installed first.
import { connect } from 'node:net';

const ANSWER_WITHIN_MS = 2_000;

/**
 * Sends commands to a Redis on this machine, each a list of words without spaces, and takes the answers' first
 * lines.
 *
 * @param {number} port
 * @param {string[][]} commands
 * @returns {Promise<string[] | 'refused' | 'mute'>} `refused`: nothing listens there. `mute`: something does,
 *   but does not answer. Fewer answers than commands where it closed the connection meanwhile.
 */
export function ask(port, commands) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    const finish = (/** @type {string[] | 'refused' | 'mute'} */ result) => {
      socket.destroy();
      resolve(result);
    };
    const answers = () => text.split('\r\n').filter((line) => /^[+:-]/.test(line));
    socket.setTimeout(ANSWER_WITHIN_MS, () => finish('mute'));
    socket.once('connect', () => socket.write(commands.map((words) => `${words.join(' ')}\r\n`).join('')));
    socket.on('data', (data) => {
      text += data;
      if (answers().length >= commands.length) finish(answers());
    });
    socket.once('error', () => finish(text === '' ? 'refused' : answers()));
    socket.once('close', () => finish(answers()));
  });
}
