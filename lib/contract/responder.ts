/** What the responder of the continuity check serves: relays ask for the one, the load balancer for the other. */
export const responderPath = '/traceparent';
export const responderHealth = '/health';
