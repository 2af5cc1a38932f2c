/** The public names of @edgeloop/echo. */
export { echo, echoDatagram } from './echo.js';
