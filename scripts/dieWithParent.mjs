// Imported first into a child process: ends it when the supervisor that started it is gone, even by kill -9.

const FORCE_AFTER_MS = 30_000;

// The kernel closes the channel with the supervisor's last breath, so this needs no polling.
process.once('disconnect', () => {
  // Its ends of our output are closed too: what is still logged must not end us before our work is put down.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  setTimeout(() => process.exit(1), FORCE_AFTER_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// Listening alone would keep the process alive.
process.channel?.unref();
