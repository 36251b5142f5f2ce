using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>ECHO: gives back what it got, for measuring and for finding out whether a link works.</summary>
internal static class EchoEndpoint
{
    private static readonly Permission Echo = new("link.echo");

    public static void Map(LwsEndpoints endpoints) => endpoints.Map<EchoRequest, EchoResponse>(
        Method.Echo,
        EchoRequest.Parser,
        Echo,
        (subject, _) => Resource.Of(subject.Company),
        (_, request, _) => new(Answer(request)));

    private static Result<EchoResponse, Refusal> Answer(EchoRequest request)
        => request.Payload.Length <= Rivet.Lws.LwsConstants.MaxEcho
            ? new EchoResponse { Payload = request.Payload }
            : Refusals.TooLarge("link.echo-too-large", "An echo takes at most 16 KiB.");
}
