/** The public names of @edgeloop/echo. */
export { echo } from './echo.js';
