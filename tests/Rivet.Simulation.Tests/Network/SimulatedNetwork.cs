using Google.Protobuf;
using Rivet.Client.Links;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// What lies between the devices and the server, the server's process included: it carries requests, answers and pushes,
/// late, and goes wrong as its <see cref="Faults"/> say.
/// </summary>
internal sealed partial class SimulatedNetwork(Loop loop, Random chance, IDeliveryServer server, Func<Subject, Method, IMessage, Result<IMessage, Refusal>> answer, Trace? trace)
{
    private readonly List<SimulatedLink> links = [];
    private bool isUp = true;

    public Faults Faults { get; set; } = Faults.None;

    /// <summary>How long the server takes between doing what was asked and answering; null: by chance.</summary>
    public Func<Method, TimeSpan>? Thinking { get; set; }

    /// <summary>Whether pushes may go astray while their link lives on.</summary>
    public bool PushesWereAstray { get; private set; }

    public Task<Result<ILink, LinkRefusal>> DialAsync(Device device, Process process)
    {
        var dialled = new TaskCompletionSource<Result<ILink, LinkRefusal>>();
        loop.At(Soon(), () =>
        {
            if (!isUp || device.IsPartitioned(loop.Now) || Strikes(Faults.NoAnswer))
            {
                loop.At(Seconds(20), () => dialled.SetResult(LinkRefusal.Unreachable));
                return;
            }

            // One connection a device: the newer one is the device, the older one is told so.
            links.Where(link => link.Device == device && link.Session is not null).ToList().ForEach(link => Close(link, CloseReason.Replaced));
            var link = new SimulatedLink(this, device, process, device.Welcome);
            links.Add(link);
            link.Session = server.Connect(device.Subject, (method, body) => Push(link, method, body));
            trace?.Write($"{device} connected");
            Down(link, () => dialled.TrySetResult(link));
            loop.At(TimeSpan.FromSeconds(60), () => dialled.TrySetResult(LinkRefusal.Unreachable));
        });
        return dialled.Task;
    }

    /// <summary>Carries a request to the server and its answer back.</summary>
    public void Carry(SimulatedLink link, Method method, IMessage request, Action<Result<IMessage, Refusal>> answered)
    {
        if (Strikes(Faults.RequestLost))
        {
            Stall(link, $"{method} lost");
        }

        Up(link, () => Arrive(link, method, request, answered));
    }

    /// <summary>The client closed its end, or died.</summary>
    public void HangUp(SimulatedLink link) => Up(link, () => Forget(link));

    /// <summary>The server closes the link and says why.</summary>
    public void Close(SimulatedLink link, CloseReason reason)
    {
        trace?.Write($"{link.Device} closed: {reason}");
        Forget(link);
        Down(link, () => link.End(reason));
    }

    /// <summary>Both ends learn that the link is gone, each in its time.</summary>
    public void Break(SimulatedLink link)
    {
        trace?.Write($"{link.Device} link broken");
        Forget(link);
        link.IsStalled = true;
        loop.At(Soon(), () => link.End(CloseReason.CloseNone));
    }

    /// <summary>Nothing travels any more; the heartbeat notices.</summary>
    public void Stall(SimulatedLink link, string why)
    {
        trace?.Write($"{link.Device} link dead: {why}");
        link.IsStalled = true;
        loop.At(TimeSpan.FromSeconds(chance.Next(60, 105)), () => link.End(CloseReason.CloseNone));
        loop.At(TimeSpan.FromSeconds(180), () => Forget(link));
    }

    public IEnumerable<SimulatedLink> LinksOf(Device device) => links.Where(link => link.Device == device && !link.IsOver);

    /// <summary>The server dies; uncommitted work and every connection are gone. It comes back after a while.</summary>
    public void Crash()
    {
        if (!isUp)
        {
            return;
        }

        trace?.Write("server crashed");
        isUp = false;
        links.Where(link => link.Session is not null).ToList().ForEach(Break);
        if (server is ModelServer)
        {
            // Starting the real one anew takes too long here; DeliveryContract and the scenarios do it.
            server.Crash();
        }

        loop.At(Seconds(20), () =>
        {
            trace?.Write("server is back");
            isUp = true;
        });
    }

    public void BreakAll() => links.Where(link => !link.IsOver).ToList().ForEach(Break);

    private void Arrive(SimulatedLink link, Method method, IMessage request, Action<Result<IMessage, Refusal>> answered)
    {
        if (link.Session is null)
        {
            return;
        }

        if (Strikes(Faults.Crashed))
        {
            Crash();
        }
        else if (Strikes(Faults.Broken))
        {
            Break(link);
        }
        else if (Strikes(Faults.Unavailable))
        {
            trace?.Write($"{link.Device} {method}: unavailable");
            Down(link, () => answered(new Refusal { Code = RefusalCode.Unavailable, Reason = "store.unavailable" }));
        }
        else
        {
            var result = answer(link.Device.Subject, method, request);
            trace?.Write($"{link.Device} {method} {Trace.Of(request)} → {Trace.Of(result)}");
            Answer(link, method, result, answered);
        }
    }

    private void Answer(SimulatedLink link, Method method, Result<IMessage, Refusal> result, Action<Result<IMessage, Refusal>> answered)
    {
        if (Strikes(Faults.Crashed))
        {
            Crash();
        }
        else if (Strikes(Faults.Broken))
        {
            Break(link);
        }
        else if (Strikes(Faults.AnswerLost))
        {
            Stall(link, $"answer to {method} lost");
        }
        else if (Strikes(Faults.TooSlow))
        {
            Close(link, CloseReason.TooSlow);
        }

        // Answers come in any order, and behind pushes of what happened after them.
        loop.At(Thinking?.Invoke(method) ?? Soon(), () => Down(link, () => answered(result)));
    }

    private void Push(SimulatedLink link, Method method, ReadOnlyMemory<byte> body)
    {
        if (!Strikes(Faults.Pushes))
        {
            Down(link, () => link.Push(method, body));
            return;
        }

        PushesWereAstray = true;
        var copies = chance.Next(3);
        trace?.Write($"{link.Device} {method} {(copies == 0 ? "lost" : $"astray, {copies}×")}");
        for (; copies > 0; copies--)
        {
            loop.At(Seconds(10), () => Land(link, () => link.Push(method, body)));
        }
    }

    private void Forget(SimulatedLink link)
    {
        link.Session?.Dispose();
        link.Session = null;
    }
}
