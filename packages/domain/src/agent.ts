// An agent of the inventory: a node's set of component instances, owned by one LCA.

export interface ComponentInstance {
  componentUuid: string;
  componentInstanceUuid: string;
  componentName: string;
  runtimeStatus: string | null;
  actualVersion: string | null;
  actualRelease: string | null;
}

export interface Agent {
  agentId: string;
  nodeUuid: string;
  lcaUuid: string;
  components: ComponentInstance[];
  attributes: Record<string, string>;
  registeredAt: string;
  lastSeenAt: string | null;
}

/** What a client states of an agent; identifiers left out are derived. */
export interface AgentInput {
  nodeUuid?: string | undefined;
  lcaUuid?: string | undefined;
  components: {
    componentUuid?: string | undefined;
    componentInstanceUuid?: string | undefined;
    componentName: string;
    runtimeStatus?: string | null | undefined;
    actualVersion?: string | null | undefined;
    actualRelease?: string | null | undefined;
  }[];
  attributes?: Record<string, string> | undefined;
}
