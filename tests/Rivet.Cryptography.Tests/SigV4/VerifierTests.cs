using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rivet.Cryptography.SigV4;

namespace Rivet.Cryptography.Tests.SigV4;

/// <summary>What a verifier believes, and what it does not.</summary>
public sealed class VerifierTests
{
    private const string Region = "eu-central-1";
    private const string Service = "kms-xks-proxy";
    private static readonly SigV4Credential Credential = new("AKIDEXAMPLE", "a secret of the two");
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2030, 1, 2, 0, 1, 0, TimeSpan.Zero));

    private static SigV4Request Plain => new()
    {
        Method = "POST",
        Path = "/a/kms/xks/v1/keys/k/encrypt",
        Headers = [KeyValuePair.Create("Host", "keys.example.com:8445"), KeyValuePair.Create("Content-Type", "application/json")],
        Body = Encoding.UTF8.GetBytes("{}"),
    };

    [Fact]
    public void Verify_JustSigned_GivesTheAccessKey() => Assert.Equal("AKIDEXAMPLE", Verify(Sign()).Value);

    [Fact]
    public void Verify_AcrossMidnight_IsBelieved()
    {
        var signed = Sign(at: time.GetUtcNow() - TimeSpan.FromMinutes(4));
        Assert.True(Verify(signed).IsOk);
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public void Verify_MoreThanFiveMinutesOff_Refuses(int seconds)
        => Assert.Equal(SigV4Refusal.WrongTime, Verify(Sign(at: time.GetUtcNow().AddSeconds(seconds))).Refusal);

    [Fact]
    public void Verify_ReplayedLate_Refuses()
    {
        var signed = Sign();
        Assert.True(Verify(signed).IsOk);
        time.Advance(SigV4Verifier.Skew + TimeSpan.FromSeconds(1));
        Assert.Equal(SigV4Refusal.WrongTime, Verify(signed).Refusal);
    }

    [Fact]
    public void Verify_OtherRegionOrService_Refuses()
    {
        Assert.Equal(SigV4Refusal.WrongScope, Verify(Sign(region: "eu-west-1")).Refusal);
        Assert.Equal(SigV4Refusal.WrongScope, Verify(Sign(service: "kms")).Refusal);
    }

    [Fact]
    public void Verify_DayOfScopeUnlikeDate_Refuses()
        => Assert.Equal(SigV4Refusal.WrongScope, Verify(With(Sign(), "authorization", value => value.Replace("/20300102/", "/20300101/", StringComparison.Ordinal))).Refusal);

    [Fact]
    public void Verify_UnknownAccessKey_Refuses()
    {
        using var other = new SigV4Credential("SOMEBODY", "a secret of the two");
        Assert.Equal(SigV4Refusal.UnknownKey, Verify(Sign(credential: other)).Refusal);
    }

    [Fact]
    public void Verify_OtherSecret_Refuses()
    {
        using var other = new SigV4Credential("AKIDEXAMPLE", "another secret");
        Assert.Equal(SigV4Refusal.Forged, Verify(Sign(credential: other)).Refusal);
    }

    [Fact]
    public void Verify_AnythingSignedWasChanged_Refuses()
    {
        var signed = Sign();
        Assert.All<SigV4Request>(
            [
                signed with { Method = "PUT" }, signed with { Path = "/a/kms/xks/v1/keys/k/decrypt" }, signed with { Query = "a=b" },
                signed with { Body = Encoding.UTF8.GetBytes("{ }") }, With(signed, "host", _ => "other.example.com"),
                With(signed, "content-type", _ => "text/plain"), With(signed, "x-amz-date", _ => "20300102T000101Z"),
                With(signed, "authorization", value => value[..^1] + (value[^1] == '0' ? '1' : '0')),
            ],
            changed => Assert.Equal(SigV4Refusal.Forged, Verify(changed).Refusal));
    }

    [Fact]
    public void Verify_UnsignedPayload_Refuses()
    {
        var request = Plain with { Headers = [.. Plain.Headers, KeyValuePair.Create("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")] };
        Assert.Equal(SigV4Refusal.Forged, Verify(Sign(request)).Refusal);
    }

    [Theory]
    [InlineData("host;x-amz-date", "host")]
    [InlineData("host;x-amz-date", "x-amz-date")]
    [InlineData("host;x-amz-date", "x-amz-date;host")]
    [InlineData("host;x-amz-date", "host;host;x-amz-date")]
    [InlineData("host;x-amz-date", "Host;X-Amz-Date")]
    [InlineData("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1")]
    [InlineData("Credential=", "Credential=/")]
    [InlineData("aws4_request", "aws5_request")]
    [InlineData("Signature=", "Signature=00")]
    [InlineData("Signature=", "Signature=x, Signature=")]
    [InlineData("Signature=", "Other=1, Signature=")]
    public void Verify_HeaderOfAnotherForm_Refuses(string from, string to)
    {
        var signed = Sign(Plain with { Headers = [Plain.Headers[0]] });
        Assert.Equal(SigV4Refusal.Malformed, Verify(With(signed, "authorization", value => value.Replace(from, to, StringComparison.Ordinal))).Refusal);
    }

    [Fact]
    public void Verify_HeaderTwiceOrMissing_Refuses()
    {
        var signed = Sign();
        foreach (var name in (string[])["authorization", "host", "x-amz-date"])
        {
            var one = signed.Headers.First(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            Assert.Equal(SigV4Refusal.Malformed, Verify(signed with { Headers = [.. signed.Headers, one] }).Refusal);
            Assert.Equal(SigV4Refusal.Malformed, Verify(signed with { Headers = [.. signed.Headers.Where(header => header.Key != one.Key)] }).Refusal);
        }

        Assert.Equal(SigV4Refusal.Malformed, Verify(With(signed, "authorization", value => value + new string(' ', 5000))).Refusal);
    }

    [Fact]
    public void Credential_Shown_SaysNothing() => Assert.Equal("[redacted]", Credential.ToString());

    private Kernel.Result<string, SigV4Refusal> Verify(SigV4Request request)
        => new SigV4Verifier(Region, Service, key => key == Credential.AccessKey ? Credential : null, time).Verify(request);

    private SigV4Request Sign(SigV4Request? request = null, SigV4Credential? credential = null, string region = Region, string service = Service, DateTimeOffset? at = null)
    {
        var plain = request ?? Plain;
        var signed = SigV4Signer.Sign(plain, credential ?? Credential, region, service, at ?? time.GetUtcNow());
        return plain with { Headers = [.. plain.Headers, KeyValuePair.Create("x-amz-date", signed.Date), KeyValuePair.Create("authorization", signed.Authorization)] };
    }

    private static SigV4Request With(SigV4Request request, string name, Func<string, string> change) => request with
    {
        Headers = [.. request.Headers.Select(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase) ? KeyValuePair.Create(header.Key, change(header.Value)) : header)],
    };
}
