import type { Consumer, Log, Producer } from "#shared/platform/kafka/port.ts";

const never = new Promise<never>(() => {});

/** One process's view of a log. After `kill` none of its calls is answered, nothing reaches it, and its group moves on. */
export interface KillableLog extends Log {
  kill(): Promise<void>;
}

export function killable(inner: Log): KillableLog {
  let dead = false;
  const consumers: Consumer[] = [];
  const alive = async <T>(call: () => Promise<T>): Promise<T> => {
    const [answer] = await Promise.allSettled([dead ? never : call()]);
    return dead ? never : resultOf(answer);
  };
  return {
    ...inner,
    offsets: (topics) => alive(() => inner.offsets(topics)),
    committed: (groupId, topics) => alive(() => inner.committed(groupId, topics)),
    producer: async (options) => killableProducer(await inner.producer(options), alive),
    consumer: async (options) => {
      const consumer = await inner.consumer(options);
      consumers.push(consumer);
      return killableConsumer(consumer, alive, () => dead);
    },
    kill: async () => {
      dead = true;
      await Promise.all(consumers.map((consumer) => consumer.close(0)));
    },
  };
}

function resultOf<T>(answer: PromiseSettledResult<T>): T {
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}

type Alive = <T>(call: () => Promise<T>) => Promise<T>;

function killableProducer(inner: Producer, alive: Alive): Producer {
  return {
    send: (records) => alive(() => inner.send(records)),
    close: (deadlineMs) => alive(() => inner.close(deadlineMs)),
  };
}

function killableConsumer(inner: Consumer, alive: Alive, dead: () => boolean): Consumer {
  const unlessDead = (call: () => void): void => {
    if (!dead()) call();
  };
  return {
    start: (listener) =>
      inner.start({
        assigned: (partitions, generation) => unlessDead(() => listener.assigned(partitions, generation)),
        revoking: (generation) => (dead() ? undefined : listener.revoking(generation)),
        records: (records, generation) => unlessDead(() => listener.records(records, generation)),
        crashed: (error) => unlessDead(() => listener.crashed(error)),
      }),
    pause: (partitions) => inner.pause(partitions),
    resume: (partitions) => inner.resume(partitions),
    commit: (positions, generation) => alive(() => inner.commit(positions, generation)),
    progress: () => unlessDead(() => inner.progress()),
    close: (deadlineMs) => alive(() => inner.close(deadlineMs)),
  };
}
