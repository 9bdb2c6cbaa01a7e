// How the download of an artifact is documented.
import { z } from '@hono/zod-openapi';
import { withHeaders } from './answerHeaders.js';

const content = {
  'application/octet-stream': {
    schema: z.string().openapi({ format: 'binary' }),
    examples: { file: { summary: 'The bytes of the file', value: 'a file' } },
  },
};

/** The answers of a download beside the problems that any operation has. */
export const DOWNLOAD_RESPONSES = {
  200: { description: 'The whole file', ...withHeaders('ETag', 'Accept-Ranges'), content },
  206: {
    description: 'The range that was asked for',
    ...withHeaders('ETag', 'Accept-Ranges', 'Content-Range'),
    content,
  },
  304: { description: 'The client has it already', ...withHeaders('ETag', 'Accept-Ranges') },
};

export const downloadHeaders = z.object({
  range: z
    .string()
    .optional()
    .openapi({ description: 'One range of bytes, such as `bytes=1048576-`; several are answered with all' }),
});
