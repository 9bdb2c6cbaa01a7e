// The device that a DDI request is of.

/** Who polls. */
export interface Device {
  /** The name of the token. */
  subject: string;
  tenant: string;
  controllerId: string;
  /** A device is its own LCA, and no other LCA's agent is one. */
  lcaUuid: string;
}
