import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

/** What `addService` needs of a server; health and reflection ask for no more. */
export interface ServiceHost {
  addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void;
}

/** A call a stop can end. */
interface OpenCall {
  end(): void;
  once(event: 'close', listener: () => void): unknown;
}

type StreamingHandler = (call: OpenCall) => void;

/**
 * Calls that stay open until the client ends them: health's Watch, reflection. A graceful stop would wait for them
 * until its time is up, so it ends them itself.
 */
export class OpenStreams {
  private readonly calls = new Set<OpenCall>();

  /** `host`, as seen by a service whose streams are to be ended on a stop. */
  track(host: ServiceHost): ServiceHost {
    return {
      addService: (service, implementation) => {
        const tracked = { ...implementation };
        for (const [name, method] of Object.entries(service)) {
          const key = name in implementation ? name : (method.originalName ?? name);
          const handler = implementation[key];
          if (method.responseStream && handler !== undefined) {
            tracked[key] = this.wrap(handler as StreamingHandler);
          }
        }
        host.addService(service, tracked);
      },
    };
  }

  /** Ends every open call with OK. */
  endAll(): void {
    for (const call of this.calls) {
      call.end();
    }
    this.calls.clear();
  }

  private wrap(handler: StreamingHandler): StreamingHandler {
    return (call) => {
      this.calls.add(call);
      call.once('close', () => this.calls.delete(call));
      handler(call);
    };
  }
}
