export { Server } from './server/server.js';
