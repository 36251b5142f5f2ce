using Google.Protobuf;
using Rivet.Client.Link;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Link;

public sealed class SignedInTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_JoinThenSignIn_IsWelcomedAndEchoed()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        await using (var joined = await server.JoinAsync(keys))
        {
            Assert.Equal("Ada", joined.Welcome.PersonName);
            Assert.Equal("Kite & Co", joined.Welcome.CompanyName);
        }

        await using var link = (await LwsLink.ConnectAsync(server.Target, keys, null, TimeProvider.System, Ct)).Value;
        var answer = await link.AskAsync(Method.Echo, new EchoRequest { Payload = ByteString.CopyFromUtf8("hi") }, EchoResponse.Parser, Ct);
        Assert.Equal("hi", answer.Value.Payload.ToStringUtf8());
        Assert.NotNull(await link.PingAsync(Ct));
    }
}
