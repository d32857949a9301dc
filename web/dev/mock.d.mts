import type { IncomingMessage, ServerResponse } from 'node:http';

export function createMock(): (req: IncomingMessage, res: ServerResponse, next: () => void) => void;
